/** Requests that arrive: one span each, from the `request` event to the `close` of the response. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import {
  type AnyFunction,
  active,
  clientIp,
  type IntegrationState,
  type LiveSite,
  type PatchTools,
  type RemoteContext,
  run,
  runWithBaggage,
  type Span,
  sentHeader,
  simplifyPath,
  startSpan,
  type Tags,
  tagHeaders,
  WebRequest,
  webRequestOf,
} from '../../src/kit/index'
import { type Emitting, wrapEmit } from './emitting'
import { type HttpOptions, serverOptions } from './options'
import { followQueued, forgetQueued } from './pipelined'
import { requestUrl } from './request-url'

/** On a server object: its requests are not the application's (the local agent in a test process). */
const UNTRACED = Symbol.for('tracer.untraced')

/** Headers of Datadog's own scanners, tagged without being asked for. */
const SCANNERS = ['x-datadog-endpoint-scan', 'x-datadog-security-test']

interface Live {
  readonly site: LiveSite
  options: HttpOptions
}

/** What the servers of both modules share, by integration. */
const lives = new WeakMap<IntegrationState, Live>()

/**
 * Everything hangs on the `emit` of prototypes: no listener is added that the application could count, and no closure
 * is made for a request. `scheme` is what the URLs of this kind of server begin with.
 */
export function patchServer(
  prototype: Server,
  scheme: 'http' | 'https',
  http: typeof import('node:http'),
  tools: PatchTools,
): void {
  const live = liveOf(tools)
  const { state } = tools
  wrapEmit(prototype, tools, inner => {
    return function (
      this: Server & { [UNTRACED]?: boolean },
      event: string,
      req: IncomingMessage,
      res: ServerResponse,
    ) {
      if (
        !isRequest(event) ||
        !state.enabled ||
        !live.options.enabled ||
        this[UNTRACED] === true ||
        // A stand-in of a test never ends as a response does.
        !(res instanceof http.ServerResponse) ||
        // A request that is emitted again, by an application that passes it on, has been started.
        webRequestOf(req) !== undefined
      ) {
        return Reflect.apply(inner.emit, this, arguments)
      }
      let span: Span | undefined
      const remote = tools.propagator.extract(req.headers)
      try {
        span = start(req, res, scheme, remote, live, tools)
      } catch (error) {
        state.failed(error)
      }
      if (span === undefined) return Reflect.apply(inner.emit, this, arguments)
      // What the request brought replaces what was there when the server was made.
      return runWithBaggage(remote?.baggage, run, undefined, [span, inner.emit, this, arguments])
    }
  })
}

/** Follows the messages of every request that a server started; once, since all servers share the classes. */
export function patchMessages(http: typeof import('node:http'), tools: PatchTools): void {
  const live = liveOf(tools)
  wrapEmit(http.ServerResponse.prototype, tools, inner => wrapResponseEmit(inner, live, tools))
  wrapEmit(http.IncomingMessage.prototype, tools, wrapRequestEmit)
}

/** Node emits one of these for each request. */
function isRequest(event: string): boolean {
  return event === 'request' || event === 'checkContinue' || event === 'checkExpectation'
}

function liveOf(tools: PatchTools): Live {
  let live = lives.get(tools.state)
  if (live === undefined) {
    const site = tools.site({
      name: { v0: 'web.request', v1: 'http.server.request' },
      type: 'web',
      kind: 'server',
    })
    const made: Live = { site, options: serverOptions(tools) }
    tools.state.onConfigure(() => {
      made.options = serverOptions(tools)
    })
    lives.set(tools.state, made)
    live = made
  }
  return live
}

function start(
  req: IncomingMessage,
  res: ServerResponse,
  scheme: string,
  remote: RemoteContext | undefined,
  live: Live,
  tools: PatchTools,
): Span {
  const { headers } = req
  const { options } = live
  const url = requestUrl(req, scheme)
  const tags: Tags = {
    'http.method': req.method,
    'http.url': url.includes('?') ? options.obfuscate(url) : url,
    'http.useragent': headers['user-agent'],
    'http.route': undefined,
    'http.status_code': undefined,
  }
  const accepted = options.accepts === undefined || options.accepts(req.url ?? '')
  const span = startSpan(tools.runtime, live.site.site, remote, tags)
  if (!accepted) {
    span.trace.recording = false
    span.trace.decideManually(false)
  }
  if (options.clientIp)
    tags['http.client_ip'] = clientIp(headers, req.socket?.remoteAddress, tools.config.clientIpHeader)
  if (options.headers.length > 0) tagHeaders(span, options.headers, 'request', name => headers[name])
  for (const name of SCANNERS) {
    const value = headers[name]
    if (typeof value === 'string') tags[`http.request.headers.${name}`] = value
  }
  const web = new WebRequest(span, req, res)
  // Behind an earlier request of the same socket, whose response is not written yet.
  if (res.socket === null && req.socket) {
    web.queued = true
    followQueued(req.socket, web, () => end(web, live.options, tools.state))
  }
  return span
}

function wrapResponseEmit(inner: Emitting, live: Live, tools: PatchTools): AnyFunction {
  return function (this: ServerResponse, event: string): unknown {
    const web = webRequestOf(this)
    if (web === undefined) return Reflect.apply(inner.emit, this, arguments)
    // A response without a socket (made by a test tool) is not closed by one.
    if (event !== 'close' && (event !== 'finish' || this.socket !== null)) {
      return inContext(web.span, inner, this, event, arguments)
    }
    try {
      return inContext(web.span, inner, this, event, arguments)
    } finally {
      end(web, live.options, tools.state)
    }
  }
}

/** Listeners of a request's body run in the context of the request, although the socket's parser calls them. */
function wrapRequestEmit(inner: Emitting): AnyFunction {
  return function (this: IncomingMessage, event: string): unknown {
    const web = webRequestOf(this)
    if (web === undefined) return Reflect.apply(inner.emit, this, arguments)
    return inContext(web.span, inner, this, event, arguments)
  }
}

function inContext(
  span: Span,
  inner: Emitting,
  self: IncomingMessage | ServerResponse,
  event: string,
  args: IArguments,
): unknown {
  // Most events have no listener; changing the context costs more than asking (28 to 138 ns).
  if (self.listenerCount(event) === 0 || active()?.trace === span.trace) {
    return Reflect.apply(inner.emit, self, args)
  }
  return run(span, inner.emit, self, args)
}

/** The response is closed. */
function end(web: WebRequest, options: HttpOptions, state: IntegrationState): void {
  if (webRequestOf(web.res) !== web) return
  web.release()
  if (web.queued) forgetQueued(web)
  try {
    // The application can end the span itself.
    if (web.span.durationMs < 0) describe(web, options)
  } catch (error) {
    state.failed(error)
  }
  if (web.open !== undefined) for (const open of web.open) open.finish()
  web.span.finish()
}

function describe(web: WebRequest, options: HttpOptions): void {
  const { span, req, res } = web
  const { tags } = span
  const status = res.statusCode
  tags['http.status_code'] = String(status)
  const route = web.finalRoute()
  if (route !== '') tags['http.route'] = route
  else if (options.endpoint) {
    tags['http.endpoint'] = simplifyPath((req as { originalUrl?: string }).originalUrl ?? req.url ?? '/')
  }
  if (span.resource === '') span.resource = route === '' ? (req.method ?? '') : `${req.method} ${route}`
  if (options.headers.length > 0) tagHeaders(span, options.headers, 'response', name => sentHeader(res, name))
  if (!options.isValidStatus(status)) span.setErrorOnce(web.hasError ? web.error : true)
  options.onRequest?.(span, req, res)
}
