/** Requests that arrive: one span each, from the `request` event to the `close` of the response. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import {
  type AnyFunction,
  active,
  clientIp,
  type LiveSite,
  type PatchTools,
  run,
  runWithBaggage,
  type Span,
  simplifyPath,
  startSpan,
  type Tags,
  tagHeaders,
  WebRequest,
  webRequestOf,
} from '../../src/kit/index'
import { type HttpOptions, serverOptions } from './options'

/** On a server object: its requests are not the application's (the local agent in a test process). */
const UNTRACED = Symbol.for('tracer.untraced')

/** Node emits one of these for each request. */
const REQUEST_EVENTS = new Set(['request', 'checkContinue', 'checkExpectation'])

interface Live {
  readonly site: LiveSite
  options: HttpOptions
}

/**
 * Everything hangs on the `emit` of prototypes: no listener is added that the application could count, and no closure
 * is made for a request. `scheme` is what the URLs of this kind of server begin with.
 */
export function patchServer(prototype: Server, scheme: 'http' | 'https', tools: PatchTools): void {
  const live = liveOptions(tools)
  tools.wrap(prototype, 'emit', original => {
    return function (
      this: Server & { [UNTRACED]?: boolean },
      event: string,
      req: IncomingMessage,
      res: ServerResponse,
    ) {
      // A request that is emitted again, by an application that passes it on, has been started.
      if (
        !REQUEST_EVENTS.has(event) ||
        !tools.state.enabled ||
        this[UNTRACED] === true ||
        webRequestOf(req) !== undefined
      ) {
        return Reflect.apply(original, this, arguments)
      }
      let span: Span | undefined
      try {
        if (live.options.enabled) span = start(req, res, scheme, live, tools)
      } catch (error) {
        tools.state.failed(error)
      }
      if (span === undefined) return Reflect.apply(original, this, arguments)
      const baggage = span.trace.remote?.baggage
      if (baggage === undefined) return run(span, original, this, arguments)
      return runWithBaggage(baggage, run, undefined, [span, original, this, arguments])
    }
  })
}

/** Follows the messages of every request that a server started; once, since all servers share the classes. */
export function patchMessages(http: typeof import('node:http'), tools: PatchTools): void {
  const live = liveOptions(tools)
  tools.wrap(http.ServerResponse.prototype, 'emit', wrapResponseEmit(live, tools))
  tools.wrap(http.IncomingMessage.prototype, 'emit', wrapMessageEmit)
}

function liveOptions(tools: PatchTools): Live {
  const site = tools.site({
    name: { v0: 'web.request', v1: 'http.server.request' },
    type: 'web',
    kind: 'server',
  })
  const live: Live = { site, options: serverOptions(tools) }
  tools.state.onConfigure(() => {
    live.options = serverOptions(tools)
  })
  return live
}

function start(
  req: IncomingMessage,
  res: ServerResponse,
  scheme: string,
  { site, options }: Live,
  tools: PatchTools,
): Span {
  const { headers } = req
  const path = (req as { originalUrl?: string }).originalUrl ?? req.url ?? ''
  const url = `${scheme}://${headers.host ?? localHost(req)}${path}`
  const tags: Tags = {
    'http.method': req.method,
    'http.url': path.indexOf('?') < 0 ? url : options.obfuscate(url),
    'http.useragent': headers['user-agent'],
    'http.route': undefined,
    'http.status_code': undefined,
  }
  const span = startSpan(tools.runtime, site.site, tools.propagator.extract(headers), tags)
  if (options.accepts !== undefined && !options.accepts(path)) span.trace.recording = false
  if (options.clientIp)
    tags['http.client_ip'] = clientIp(headers, req.socket?.remoteAddress, tools.config.clientIpHeader)
  if (options.headers.length > 0) tagHeaders(span, options.headers, 'request', name => headers[name])
  new WebRequest(span, req, res)
  return span
}

function localHost(req: IncomingMessage): string {
  const { localAddress = 'localhost', localPort } = req.socket ?? {}
  const host = localAddress.includes(':') ? `[${localAddress}]` : localAddress
  return localPort === undefined ? host : `${host}:${localPort}`
}

function wrapResponseEmit(live: Live, tools: PatchTools) {
  return (original: AnyFunction): AnyFunction =>
    function (this: ServerResponse, event: string): unknown {
      const web = webRequestOf(this)
      if (web === undefined) return Reflect.apply(original, this, arguments)
      const result = inContext(web.span, original, this, arguments)
      if (event === 'close') {
        try {
          finish(web, live.options)
        } catch (error) {
          tools.state.failed(error)
          web.span.finish()
        }
        web.release()
      }
      return result
    }
}

/** Listeners of a request's body run in the context of the request, although the socket's parser calls them. */
function wrapMessageEmit(original: AnyFunction): AnyFunction {
  return function (this: IncomingMessage): unknown {
    const web = webRequestOf(this)
    if (web === undefined) return Reflect.apply(original, this, arguments)
    return inContext(web.span, original, this, arguments)
  }
}

function inContext(span: Span, original: AnyFunction, self: object, args: IArguments): unknown {
  const current = active()
  if (current !== undefined && current.trace === span.trace) return Reflect.apply(original, self, args)
  return run(span, original, self, args)
}

function finish(web: WebRequest, options: HttpOptions): void {
  const { span, req, res } = web
  const { tags } = span
  const status = res.statusCode
  tags['http.status_code'] = String(status)
  const route = web.finalRoute()
  if (route !== '') tags['http.route'] = route
  else if (options.endpoint) tags['http.endpoint'] = simplifyPath(req.url ?? '/')
  if (span.resource === '') span.resource = route === '' ? (req.method ?? '') : `${req.method} ${route}`
  if (options.headers.length > 0) tagHeaders(span, options.headers, 'response', name => res.getHeader(name))
  if (!options.isValidStatus(status)) span.setErrorOnce(web.hasError ? web.error : true)
  options.onRequest?.(span, req, res)
  if (web.open !== undefined) for (const open of web.open) open.finish()
  span.finish()
}
