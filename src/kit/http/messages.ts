/** Server requests of HTTP/1. A span begins with the `request` event and ends with the `close` of the response. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PatchTools } from '../../patch/types'
import type { AnyFunction } from '../../patch/wrap'
import { runWithBaggage } from '../../trace/baggage'
import { runInSpan } from '../../trace/context'
import type { RemoteContext } from '../../trace/remote-context'
import type { Span } from '../../trace/span'
import { type Emitting, wrapEmit } from '../emitting'
import { WebRequest, webRequestOf } from '../web/request'
import { followQueued } from './pipelined'
import { requestUrl } from './request-url'
import { inContext, type Serving } from './serving'

/** Emits the request event whose arguments are `args`, with a new span for `req` active. */
export function serve(
  serving: Serving,
  scheme: string,
  inner: Emitting,
  server: object,
  req: IncomingMessage,
  res: ServerResponse,
  args: IArguments,
): unknown {
  // An application may emit a request again, on another server: it has its span already.
  if (webRequestOf(req) !== undefined) return Reflect.apply(inner.emit, server, args)
  let span: Span | undefined
  const remote = serving.tools.propagator.extract(req.headers)
  try {
    span = start(req, res, scheme, remote, serving)
  } catch (error) {
    serving.tools.state.failed(error)
  }
  if (span === undefined) return Reflect.apply(inner.emit, server, args)
  // The baggage of the request replaces that which was active when the server was made.
  return runWithBaggage(remote?.baggage, runInSpan, undefined, [span, inner.emit, server, args])
}

/** Wraps `emit` of requests and responses. All servers share these two classes, so it is done once. */
export function patchMessages(http: typeof import('node:http'), tools: PatchTools): void {
  wrapEmit(http.ServerResponse.prototype, tools, wrapResponseEmit)
  wrapEmit(http.IncomingMessage.prototype, tools, wrapRequestEmit)
}

/** Returns whether `event` hands over a request; Node.js emits exactly one of these three for each. */
export function isRequest(event: string): boolean {
  return event === 'request' || event === 'checkContinue' || event === 'checkExpectation'
}

function start(
  req: IncomingMessage,
  res: ServerResponse,
  scheme: string,
  remote: RemoteContext | undefined,
  serving: Serving,
): Span {
  const { method, headers, socket, url = '' } = req
  const span = serving.start(
    remote,
    method,
    requestUrl(req, scheme),
    url,
    headers,
    // `remoteAddress` costs a system call.
    serving.options.clientIp ? socket?.remoteAddress : undefined,
  )
  const web = new WebRequest(span, req, res, serving)
  // The request is pipelined: the response to an earlier request on this socket is not written yet.
  if (res.socket === null && socket) {
    web.queued = true
    followQueued(socket, web, () => end(web))
  }
  return span
}

function wrapResponseEmit(inner: Emitting): AnyFunction {
  return function (this: ServerResponse, event: string): unknown {
    const web = webRequestOf(this)
    if (web === undefined) return Reflect.apply(inner.emit, this, arguments)
    // A response without a socket, as test tools make it, emits `finish` and no `close`.
    if (event !== 'close' && (event !== 'finish' || this.socket !== null)) {
      return inContext(web.span, inner, this, event, arguments)
    }
    try {
      return inContext(web.span, inner, this, event, arguments)
    } finally {
      end(web)
    }
  }
}

/** Runs listeners of a request in the request's context: the body's events come from the parser of the socket. */
function wrapRequestEmit(inner: Emitting): AnyFunction {
  return function (this: IncomingMessage, event: string): unknown {
    const web = webRequestOf(this)
    if (web === undefined) return Reflect.apply(inner.emit, this, arguments)
    return inContext(web.span, inner, this, event, arguments)
  }
}

function end(web: WebRequest): void {
  if (webRequestOf(web.res) === web) web.server.end(web)
}
