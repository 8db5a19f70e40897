/** Requests that are sent with `http` and `https`: one span each, from the call to the end of the answer. */

import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import {
  type AnyFunction,
  active,
  getBaggage,
  type LiveSite,
  type PatchTools,
  type Span,
  startSpan,
  type Tags,
  tagHeaders,
  tagPeer,
} from '../../src/kit/index'
import { clientOptions, type HttpOptions } from './options'

const SPAN = Symbol('tracer.client')

interface Marked {
  [SPAN]?: Span
}

interface Live {
  readonly site: LiveSite
  options: HttpOptions
}

/**
 * The request is made by Node from the application's own arguments, untouched; the headers are added to the object that
 * comes back, before it is flushed. Only where Node writes the head at once (headers given as an array, `expect`) must
 * they be in the options, and then they are in a copy.
 */
export function patchClient(
  module: typeof import('node:http') | typeof import('node:https'),
  tools: PatchTools,
): void {
  const live = liveOptions(tools)
  const isOn = (): boolean => tools.state.enabled && live.options.enabled
  let request: AnyFunction | undefined
  tools.wrap(module, 'request', original => {
    request = function (this: unknown, ...args: unknown[]): unknown {
      return isOn() ? traced(original, this, args, live, tools) : Reflect.apply(original, this, args)
    }
    return request
  })
  // `get` calls a `request` inside of Node that nobody can wrap; it is documented as `request` and `end`.
  tools.wrap(module, 'get', original => {
    return function (this: unknown, ...args: unknown[]): unknown {
      if (request === undefined || !isOn()) return Reflect.apply(original, this, args)
      const req = Reflect.apply(request, this, args) as ClientRequest
      req.end()
      return req
    }
  })
}

/** Follows every request that `traced` marked; once, since both modules share the class. */
export function patchClientRequest(http: typeof import('node:http'), tools: PatchTools): void {
  const live = liveOptions(tools)
  tools.wrap(http.ClientRequest.prototype, 'emit', original => {
    return function (this: ClientRequest & Marked, event: string, arg: unknown): unknown {
      const span = this[SPAN]
      if (span !== undefined) {
        try {
          onEvent(this, span, event, arg, live.options)
        } catch (error) {
          tools.state.failed(error)
        }
      }
      return Reflect.apply(original, this, arguments)
    }
  })
}

function liveOptions(tools: PatchTools): Live {
  const site = tools.site({
    name: { v0: 'http.request', v1: 'http.client.request' },
    type: 'http',
    kind: 'client',
  })
  const live: Live = { site, options: clientOptions(tools) }
  tools.state.onConfigure(() => {
    live.options = clientOptions(tools)
  })
  return live
}

function traced(
  original: AnyFunction,
  self: unknown,
  args: unknown[],
  live: Live,
  tools: PatchTools,
): unknown {
  const startTicks = performance.now()
  let span: Span | undefined
  try {
    if (writesHeadAtOnce(args)) {
      span = startSpan(tools.runtime, live.site.site, active(), {})
      args = withHeaders(args, propagationHeaders(span, tools))
    }
  } catch (error) {
    tools.state.failed(error)
  }
  const req = Reflect.apply(original, self, args) as ClientRequest & Marked
  try {
    begin(req, args, span, startTicks, live, tools)
  } catch (error) {
    tools.state.failed(error)
  }
  return req
}

function begin(
  req: ClientRequest & Marked,
  args: unknown[],
  early: Span | undefined,
  startTicks: number,
  { site, options }: Live,
  tools: PatchTools,
): void {
  const host = req.host
  const port = portOf(args, req.protocol)
  const url = urlOf(req, host, port)
  if (options.accepts !== undefined && !options.accepts(url)) return
  const tags: Tags = {
    'http.method': req.method,
    'http.url': url,
    'out.host': host,
    'network.destination.port': port,
    'http.status_code': undefined,
  }
  const span = early ?? startSpan(tools.runtime, site.site, active(), tags)
  if (early !== undefined) span.addTags(tags)
  span.startTicks = startTicks
  span.resource = req.method
  if (options.splitByDomain) {
    span.service = isDefaultPort(req.protocol, port) ? host : `${host}:${port}`
    tags['_dd.svc_src'] = 'opt.split_by_domain'
  }
  tagPeer(span, tools.config)
  if (options.headers.length > 0) tagHeaders(span, options.headers, 'request', name => req.getHeader(name))
  req[SPAN] = span
  if (
    early === undefined &&
    !req.headersSent &&
    (options.propagates === undefined || options.propagates(url))
  ) {
    tools.propagator.injectWith(span, getBaggage(), (name, value) => req.setHeader(name, value))
  }
}

/** What happened to a request that has a span. */
function onEvent(
  req: ClientRequest & Marked,
  span: Span,
  event: string,
  arg: unknown,
  options: HttpOptions,
): void {
  switch (event) {
    case 'response':
    case 'upgrade':
    case 'connect': {
      const res = arg as IncomingMessage
      const status = res.statusCode ?? 0
      span.tags['http.status_code'] = String(status)
      if (!options.isValidStatus(status)) span.error = 1
      if (options.headers.length > 0) tagHeaders(span, options.headers, 'response', name => res.headers[name])
      options.onRequest?.(span, req, res)
      // A socket that has been handed over can live for days.
      if (event !== 'response') finish(req, span)
      return
    }
    case 'error':
      span.setError(arg)
      if (span.tags['http.status_code'] === undefined) options.onRequest?.(span, req, undefined)
      return
    case 'close':
      finish(req, span)
  }
}

function finish(req: Marked, span: Span): void {
  req[SPAN] = undefined
  span.finish()
}

function optionsIn(args: readonly unknown[]): RequestOptions | undefined {
  const at = typeof args[0] === 'string' || args[0] instanceof URL ? 1 : 0
  const options = args[at]
  return typeof options === 'object' && options !== null ? (options as RequestOptions) : undefined
}

function writesHeadAtOnce(args: readonly unknown[]): boolean {
  const headers = optionsIn(args)?.headers as unknown
  if (typeof headers !== 'object' || headers === null) return false
  if (Array.isArray(headers)) return true
  for (const name in headers) if (name.length === 6 && name.toLowerCase() === 'expect') return true
  return false
}

function propagationHeaders(span: Span, tools: PatchTools): [string, string][] {
  const headers: [string, string][] = []
  tools.propagator.injectWith(span, getBaggage(), (name, value) => headers.push([name, value]))
  return headers
}

/** The arguments with `added` in a copy of the headers, in the form that the application gave them. */
function withHeaders(args: readonly unknown[], added: [string, string][]): unknown[] {
  const options = optionsIn(args) as RequestOptions
  const given = options.headers as unknown
  const replaced = new Set(added.map(([name]) => name))
  const keep = (name: unknown): boolean => !replaced.has(String(name).toLowerCase())
  let headers: unknown
  if (!Array.isArray(given)) {
    headers = Object.fromEntries([
      ...Object.entries(given as object).filter(([name]) => keep(name)),
      ...added,
    ])
  } else if (Array.isArray(given[0])) {
    headers = [...given.filter(pair => keep(pair[0])), ...added]
  } else {
    const flat: unknown[] = []
    for (let at = 0; at + 1 < given.length; at += 2) if (keep(given[at])) flat.push(given[at], given[at + 1])
    headers = [...flat, ...added.flat()]
  }
  return args.map(arg => (arg === options ? { ...options, headers } : arg))
}

function portOf(args: readonly unknown[], protocol: string): number {
  const given = optionsIn(args)?.port ?? portInUrl(args[0])
  const port = Number(given)
  return port > 0 ? port : protocol === 'https:' ? 443 : 80
}

function portInUrl(url: unknown): string | undefined {
  if (url instanceof URL) return url.port
  if (typeof url !== 'string') return undefined
  return /^[a-z]+:\/\/(?:[^/?#@]*@)?(?:\[[^\]]*\]|[^:/?#]*):(\d+)/i.exec(url)?.[1]
}

function isDefaultPort(protocol: string, port: number): boolean {
  return port === (protocol === 'https:' ? 443 : 80)
}

/** Without query, fragment and credentials. */
function urlOf(req: ClientRequest, host: string, port: number): string {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  const authority = isDefaultPort(req.protocol, port) ? name : `${name}:${port}`
  const cut = req.path.search(/[?#]/)
  return `${req.protocol}//${authority}${cut < 0 ? req.path : req.path.slice(0, cut)}`
}
