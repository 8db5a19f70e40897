/** Spans of lookups. There are none without an active span: each would be a trace of its own that tells nothing. */

import { activeSpan, type PatchTools, type Span, startSpan, type Tags } from '../../src/kit/index'

/** Function that starts the span of a lookup; undefined for arguments that Node.js refuses. */
export type Start = (parent: Span, args: ArrayLike<unknown>) => Span | undefined

export interface Lookups {
  lookup: Start
  lookupService: Start
  reverse: Start
  /** Record type of the function, for example `MX`; undefined where the second argument says it. */
  resolve(rrtype: string | undefined): Start
}

export function lookups(tools: PatchTools): Lookups {
  const { runtime } = tools
  const sites = {
    lookup: tools.site({ name: 'dns.lookup', kind: 'client' }),
    lookupService: tools.site({ name: 'dns.lookup_service', kind: 'client' }),
    reverse: tools.site({ name: 'dns.reverse', kind: 'client' }),
    resolve: tools.site({ name: 'dns.resolve', kind: 'client' }),
  }
  const start = (kind: keyof typeof sites, parent: Span, resource: string, tags: Tags): Span => {
    const span = startSpan(runtime, sites[kind].site, parent, tags)
    span.resource = resource
    return span
  }
  return {
    lookup(parent, { 0: hostname }) {
      if (typeof hostname !== 'string') return undefined
      return start('lookup', parent, hostname, {
        'dns.hostname': hostname,
        'dns.address': undefined,
        'dns.addresses': undefined,
      })
    },
    lookupService(parent, { 0: address, 1: port }) {
      if (typeof address !== 'string') return undefined
      return start('lookupService', parent, `${address}:${port}`, {
        'dns.address': address,
        'dns.port': Number(port),
      })
    },
    reverse(parent, { 0: ip }) {
      return typeof ip === 'string' ? start('reverse', parent, ip, { 'dns.ip': ip }) : undefined
    },
    resolve(fixed) {
      return (parent, { 0: hostname, 1: second }) => {
        if (typeof hostname !== 'string') return undefined
        const rrtype = fixed ?? (typeof second === 'string' ? second : 'A')
        return start('resolve', parent, `${rrtype} ${hostname}`, {
          'dns.hostname': hostname,
          'dns.rrtype': rrtype,
        })
      }
    },
  }
}

/** Starts the span of a lookup; undefined when it has none. */
export function startLookup(start: Start, args: ArrayLike<unknown>, tools: PatchTools): Span | undefined {
  const parent = tools.state.enabled ? activeSpan() : undefined
  if (parent === undefined) return undefined
  let span: Span | undefined
  tools.fenced(() => {
    span = start(parent, args)
  })
  return span
}

/** Tags what `lookup` has found: one address, `{ address }`, or with `all` a list of these. */
export function tagAddresses(span: Span, found: unknown): void {
  if (span.name !== 'dns.lookup') return
  const list = Array.isArray(found) ? found : [found]
  const addresses = list
    .map(each => (typeof each === 'object' && each !== null ? (each as { address?: unknown }).address : each))
    .filter(each => typeof each === 'string')
  if (addresses.length === 0) return
  span.tags['dns.address'] = addresses[0]
  span.tags['dns.addresses'] = addresses.sort().join(',')
}
