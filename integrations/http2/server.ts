/** Server requests. A span begins when the session emits the stream and ends with the stream's `close`. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { inContext, isRequest, patchMessages, Serving, serve } from '../../src/kit/http/index'
import {
  type AnyFunction,
  type Emitting,
  type PatchTools,
  type RemoteContext,
  runInSpan,
  runWithBaggage,
  type Span,
  wrapEmit,
} from '../../src/kit/index'
import { WebRequest, webRequestOf } from '../../src/kit/web/index'
import { Prototypes } from './classes'
import { urlOf } from './url'

/** A stream, typed as the request and response objects that it stands for. */
type Message = ServerHttp2Stream & IncomingMessage & ServerResponse

/** Wraps the functions that make servers, and with it their sessions and streams. */
export function patchServers(http2: typeof import('node:http2'), tools: PatchTools): void {
  const serving = Serving.of(tools)
  const prototypes = new Prototypes()
  const patchSession = (session: object): void =>
    prototypes.reach(session, 'ServerHttp2Session', prototype =>
      wrapEmit(prototype, tools, inner => wrapSessionEmit(inner, serving, prototypes)),
    )
  for (const [name, className] of [
    ['createServer', 'Http2Server'],
    ['createSecureServer', 'Http2SecureServer'],
  ]) {
    tools.wrap(http2, name, original => {
      return function (this: unknown): unknown {
        const server = Reflect.apply(original, this, arguments)
        tools.fenced(() =>
          prototypes.reach(server, className, prototype =>
            wrapEmit(prototype, tools, inner => wrapServerEmit(inner, serving, http2, patchSession)),
          ),
        )
        return server
      }
    })
  }
  // Makes a session that has no server.
  tools.wrap(http2, 'performServerHandshake', original => {
    return function (this: unknown): unknown {
      const session = Reflect.apply(original, this, arguments)
      tools.fenced(() => patchSession(session))
      return session
    }
  })
}

function wrapServerEmit(
  inner: Emitting,
  serving: Serving,
  http2: typeof import('node:http2'),
  patchSession: (session: object) => void,
): AnyFunction {
  const { tools } = serving
  return function (this: Http2Server, event: string, arg: object, res: ServerResponse): unknown {
    if (event === 'session') tools.fenced(() => patchSession(arg))
    else if (serving.isOn && (isRequest(event) || event === 'connect')) {
      if (res instanceof http2.Http2ServerResponse) tools.fenced(() => adopt(arg as IncomingMessage, res))
      else if (isRequest(event) && isHttp1(res, tools))
        return serve(serving, 'https', inner, this, arg as IncomingMessage, res, arguments)
    }
    return Reflect.apply(inner.emit, this, arguments)
  }
}

/** Adopts the request and response that Node's compatibility API made for a stream. */
function adopt(req: IncomingMessage, res: ServerResponse): void {
  const web = webRequestOf((req as unknown as { stream: object }).stream)
  if (web !== undefined && web.stream === undefined) web.adopt(req, res)
}

/**
 * Returns whether a response is one of HTTP/1, which servers with `allowHTTP1` make as `https` does, also where that
 * module is not in use.
 */
function isHttp1(res: unknown, tools: PatchTools): boolean {
  const http = require('node:http') as typeof import('node:http')
  if (!(res instanceof http.ServerResponse)) return false
  patchMessages(http, tools)
  return true
}

function wrapSessionEmit(inner: Emitting, serving: Serving, prototypes: Prototypes): AnyFunction {
  const { tools } = serving
  return function (this: unknown, event: string, stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    if (event !== 'stream' || !serving.isOn || isGrpc(headers)) {
      return Reflect.apply(inner.emit, this, arguments)
    }
    let span: Span | undefined
    const remote = tools.propagator.extract(headers)
    try {
      prototypes.reach(stream, 'ServerHttp2Stream', prototype =>
        wrapEmit(prototype, tools, streams => wrapStreamEmit(streams, serving)),
      )
      span = start(stream, headers, remote, serving)
    } catch (error) {
      tools.state.failed(error)
    }
    if (span === undefined) return Reflect.apply(inner.emit, this, arguments)
    return runWithBaggage(remote?.baggage, runInSpan, undefined, [span, inner.emit, this, arguments])
  }
}

/** Returns whether a request is a gRPC call, which has a span of its own. */
function isGrpc(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('application/grpc') === true
}

function start(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  remote: RemoteContext | undefined,
  serving: Serving,
): Span {
  const address = serving.options.clientIp ? stream.session?.socket?.remoteAddress : undefined
  const { ':method': method, ':path': path = '' } = headers
  const span = serving.start(remote, method, urlOf(headers), path, headers, address)
  new WebRequest(span, stream as Message, stream as Message, serving)
  return span
}

function wrapStreamEmit(inner: Emitting, serving: Serving): AnyFunction {
  return function (this: Message, event: string, error: unknown): unknown {
    const web = webRequestOf(this)
    if (web === undefined) return Reflect.apply(inner.emit, this, arguments)
    // An error that a handler reported counts more than that of its stream.
    if (event === 'error' && !web.hasError) web.fail(error)
    if (event !== 'close') return inContext(web.span, inner, this, event, arguments)
    try {
      return inContext(web.span, inner, this, event, arguments)
    } finally {
      end(web, this, serving)
    }
  }
}

function end(web: WebRequest, stream: ServerHttp2Stream, serving: Serving): void {
  const { req, res, span } = web
  const { 'http.method': method, 'http.url': url } = span.tags
  const sent = stream.sentHeaders
  const isBare = web.stream === undefined
  // Response objects have a status before it is sent.
  const status = sent?.[':status'] ?? (isBare ? undefined : res.statusCode)
  const path = isBare ? String(url).replace(/^[a-z]+:\/\/[^/]*/i, '') : req.url
  serving.close(web, method as string, path, status as number | undefined, sent, readHeader)
}

function readHeader(
  sent: ServerHttp2Stream['sentHeaders'] | undefined,
  header: string,
): string | number | string[] | undefined {
  return sent?.[header]
}
