/** Client requests. A span begins with `session.request` and ends with the `close` of the stream. */

import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import { promisify } from 'node:util'
import { clientOptions, type HttpOptions } from '../../src/kit/http/index'
import {
  type AnyFunction,
  activeSpan,
  Caller,
  type ConfiguredSite,
  type Emitting,
  getBaggage,
  Mark,
  type PatchTools,
  type Span,
  startSpan,
  tagPeer,
  wrapEmit,
} from '../../src/kit/index'
import { tagHeaders } from '../../src/kit/web/index'
import { Prototypes } from './classes'
import { headerReader, isSigned, withHeaders } from './headers'
import { type Origin, originOf, targetUrl } from './url'

/** Marks a session with the origin it is connected to. */
class SessionMark extends Mark {
  #origin: Origin

  private constructor(session: object, origin: Origin) {
    super(session)
    this.#origin = origin
  }

  static of(session: object): Origin | undefined {
    return #origin in session ? session.#origin : undefined
  }

  static set(session: object, origin: Origin): void {
    if (!(#origin in session)) new SessionMark(session, origin)
  }
}

interface Sent {
  readonly span: Span
  /** Context of the code that sent the request. Events come from the session, which another request may have opened. */
  readonly caller: Caller
}

/** Marks a stream with its request, until that ends. */
class StreamMark extends Mark {
  #sent: Sent | undefined

  private constructor(stream: object, sent: Sent) {
    super(stream)
    this.#sent = sent
  }

  static of(stream: object): Sent | undefined {
    return #sent in stream ? stream.#sent : undefined
  }

  static set(stream: object, sent: Sent): void {
    new StreamMark(stream, sent)
  }

  static clear(stream: object): void {
    if (#sent in stream) stream.#sent = undefined
  }
}

interface Http2ClientState {
  readonly tools: PatchTools
  readonly site: ConfiguredSite
  readonly prototypes: Prototypes
  options: HttpOptions
}

/** Wraps `connect`, and with it the sessions and streams of clients. */
export function patchConnect(http2: typeof import('node:http2'), tools: PatchTools): void {
  const site = tools.site({
    name: { v0: 'http.request', v1: 'http.client.request' },
    type: 'http',
    kind: 'client',
  })
  const state: Http2ClientState = { tools, site, prototypes: new Prototypes(), options: clientOptions(tools) }
  tools.state.onConfigure(() => {
    state.options = clientOptions(tools)
  })
  tools.wrap(http2, 'connect', original => {
    const connect = function (this: unknown, authority: unknown, options: unknown): unknown {
      const session = Reflect.apply(original, this, arguments)
      tools.fenced(() => {
        SessionMark.set(session, originOf(authority, options))
        state.prototypes.reach(session, 'ClientHttp2Session', prototype =>
          tools.wrap(prototype, 'request', request => wrapRequest(request, state)),
        )
      })
      return session
    }
    // Node's own promisified version calls an internal `connect` that cannot be wrapped.
    Object.defineProperty(connect, promisify.custom, { value: connecting(connect) })
    return connect
  })
}

/** Returns what `util.promisify(http2.connect)` returns: a function that resolves with the connected session. */
function connecting(connect: AnyFunction): AnyFunction {
  return (authority, options) =>
    new Promise((resolve, reject) => {
      const session = connect(authority, options, () => {
        session.removeListener('error', reject)
        resolve(session)
      })
      session.once('error', reject)
    })
}

function wrapRequest(original: AnyFunction, state: Http2ClientState): AnyFunction {
  const { tools } = state
  return function (this: ClientHttp2Session, ...args: unknown[]): unknown {
    if (!tools.state.enabled || !state.options.enabled) return Reflect.apply(original, this, args)
    let span: Span | undefined
    try {
      span = start(this, args, state)
    } catch (error) {
      tools.state.failed(error)
    }
    if (span === undefined) return Reflect.apply(original, this, args)
    let stream: ClientHttp2Stream
    try {
      stream = Reflect.apply(original, this, args) as ClientHttp2Stream
    } catch (error) {
      span.setError(error).finish()
      throw error
    }
    try {
      state.prototypes.reach(stream, 'ClientHttp2Stream', prototype =>
        wrapEmit(prototype, tools, inner => wrapStreamEmit(inner, state)),
      )
      StreamMark.set(stream, { span, caller: new Caller() })
    } catch (error) {
      tools.state.failed(error)
    }
    return stream
  }
}

/**
 * Starts the span of a request, and puts a copy of the headers with the trace context into `args`. Returns undefined if
 * the request is not traced.
 */
function start(session: object, args: unknown[], state: Http2ClientState): Span | undefined {
  const { tools, site, options } = state
  const origin = SessionMark.of(session)
  const header = headerReader(args[0])
  if (origin === undefined || header === undefined) return undefined
  // A gRPC call has a span of its own.
  if (header('content-type')?.startsWith('application/grpc')) return undefined
  const url = targetUrl(origin, header)
  if (options.accepts !== undefined && !options.accepts(url)) return undefined
  const method = header(':method') ?? 'GET'
  const { host, port } = origin
  const span = startSpan(tools.runtime, site.site, activeSpan(), {
    'http.method': method,
    'http.url': url,
    'out.host': host,
    'network.destination.port': port,
    'http.status_code': undefined,
  })
  span.resource = method
  if (options.splitByDomain) {
    const isDefaultPort = port === (origin.scheme === 'http' ? 80 : 443)
    span.service = isDefaultPort ? host : `${host}:${port}`
    span.tags['_dd.svc_src'] = 'opt.split_by_domain'
  }
  if (options.headers.length > 0) tagHeaders(span, options.headers, 'request', header)
  if ((options.propagates === undefined || options.propagates(url)) && !isSigned(header)) {
    const added: [string, string][] = []
    tools.propagator.injectWith(span, getBaggage(), (name, value) => added.push([name, value]))
    args[0] = withHeaders(args[0], added)
  }
  return span
}

function wrapStreamEmit(inner: Emitting, state: Http2ClientState): AnyFunction {
  return function (this: ClientHttp2Stream, event: string, arg: unknown): unknown {
    const sent = StreamMark.of(this)
    if (sent === undefined) return Reflect.apply(inner.emit, this, arguments)
    try {
      onEvent(this, sent.span, event, arg, state)
    } catch (error) {
      state.tools.state.failed(error)
    }
    if (this.listenerCount(event) === 0) return Reflect.apply(inner.emit, this, arguments)
    return sent.caller.run(inner.emit, this, arguments)
  }
}

function onEvent(
  stream: ClientHttp2Stream,
  span: Span,
  event: string,
  arg: unknown,
  state: Http2ClientState,
): void {
  switch (event) {
    case 'response': {
      const headers = arg as IncomingHttpHeaders
      const status = Number(headers[':status'])
      span.tags['http.status_code'] = String(status)
      const { options } = state
      if (!options.isValidStatus(status)) span.error = 1
      if (options.headers.length > 0) tagHeaders(span, options.headers, 'response', name => headers[name])
      return
    }
    // A stream has no timeout but that which the application set.
    case 'timeout':
      span.error = 1
      return
    case 'error':
      span.setError(arg)
      return
    case 'close':
      end(stream, span, state)
  }
}

function end(stream: ClientHttp2Stream, span: Span, { options, tools }: Http2ClientState): void {
  StreamMark.clear(stream)
  if (span.durationMs >= 0) return
  options.onRequest?.(span, stream as never, stream as never)
  tagPeer(span, tools.config)
  span.finish()
}
