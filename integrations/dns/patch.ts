/** Wraps the functions of `dns`, of `dns/promises` and of their resolvers: all have the same names. */

import {
  type AnyFunction,
  endSpan,
  endWithResult,
  type PatchTools,
  perIntegration,
  type Span,
} from '../../src/kit/index'
import { lookups, type Start, startLookup, tagAddresses } from './lookups'

const TYPES = {
  resolveAny: 'ANY',
  resolve4: 'A',
  resolve6: 'AAAA',
  resolveCaa: 'CAA',
  resolveCname: 'CNAME',
  resolveMx: 'MX',
  resolveNs: 'NS',
  resolveTxt: 'TXT',
  resolveTlsa: 'TLSA',
  resolveSrv: 'SRV',
  resolvePtr: 'PTR',
  resolveNaptr: 'NAPTR',
  resolveSoa: 'SOA',
}

type Dns = typeof import('node:dns') | typeof import('node:dns/promises')

const lookupsOf = perIntegration(lookups)

export function patchDns(dns: Dns, tools: PatchTools): void {
  const spans = lookupsOf(tools)
  wrap(dns, 'lookup', spans.lookup, tools)
  wrap(dns, 'lookupService', spans.lookupService, tools)
  // The functions of the module are a resolver's methods, bound to it before the tracer was loaded.
  for (const owner of [dns, dns.Resolver.prototype]) {
    wrap(owner, 'reverse', spans.reverse, tools)
    wrap(owner, 'resolve', spans.resolve(undefined), tools)
    for (const [name, type] of Object.entries(TYPES)) wrap(owner, name, spans.resolve(type), tools)
  }
  if ('promises' in dns) patchDns(dns.promises, tools)
}

function wrap(owner: object, name: string, start: Start, tools: PatchTools): void {
  tools.wrap(owner, name, original => {
    return function (this: unknown): unknown {
      const last = arguments.length - 1
      const callback = arguments[last]
      const span = startLookup(start, arguments, tools)
      if (span === undefined) return Reflect.apply(original, this, arguments)
      const called = typeof callback === 'function'
      let result: unknown
      try {
        const args = called
          ? [...Array.prototype.slice.call(arguments, 0, last), endingCallback(span, callback)]
          : arguments
        result = Reflect.apply(original, this, args)
      } catch (error) {
        endSpan(span, true, error, undefined)
        throw error
      }
      if (called) return result
      return endWithResult(span, result, (_span, error, found) => {
        if (error === undefined) tagAddresses(span, found)
      })
    }
  })
}

/** Returns a callback that ends the span and calls the application's. Node.js calls it in the caller's context. */
function endingCallback(span: Span, callback: AnyFunction): AnyFunction {
  return function (this: unknown, error: unknown, found: unknown): unknown {
    const failed = error !== null && error !== undefined
    if (!failed) tagAddresses(span, found)
    endSpan(span, failed, error, undefined)
    return Reflect.apply(callback, this, arguments)
  }
}
