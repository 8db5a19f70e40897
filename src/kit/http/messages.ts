/** Requests of HTTP/1: one span each, from the `request` event to the `close` of the response. */

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

/** Emits a request, which `args` tell of as well, with its span active. */
export function serve(
  serving: Serving,
  scheme: string,
  inner: Emitting,
  server: object,
  req: IncomingMessage,
  res: ServerResponse,
  args: IArguments,
): unknown {
  // A request that is emitted again, by an application that passes it on, has been started.
  if (webRequestOf(req) !== undefined) return Reflect.apply(inner.emit, server, args)
  let span: Span | undefined
  const remote = serving.tools.propagator.extract(req.headers)
  try {
    span = start(req, res, scheme, remote, serving)
  } catch (error) {
    serving.tools.state.failed(error)
  }
  if (span === undefined) return Reflect.apply(inner.emit, server, args)
  // What the request brought replaces what was there when the server was made.
  return runWithBaggage(remote?.baggage, runInSpan, undefined, [span, inner.emit, server, args])
}

/** Follows the messages of every request that a server started; once, since all servers share the classes. */
export function patchMessages(http: typeof import('node:http'), tools: PatchTools): void {
  wrapEmit(http.ServerResponse.prototype, tools, wrapResponseEmit)
  wrapEmit(http.IncomingMessage.prototype, tools, wrapRequestEmit)
}

/** Node emits one of these for each request. */
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
    // Asking a socket costs a system call.
    serving.options.clientIp ? socket?.remoteAddress : undefined,
  )
  const web = new WebRequest(span, req, res, serving)
  // Behind an earlier request of the same socket, whose response is not written yet.
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
    // A response without a socket (made by a test tool) is not closed by one.
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

/** Listeners of a request's body run in the context of the request, although the socket's parser calls them. */
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
