/**
 * Spans of calls that are sent. All four kinds go through `getInterceptingCall`, which makes the chain of the
 * application's interceptors with a call on the channel at its end. The listener is put in front of the chain, the context
 * at its end: interceptors get the application's own metadata. The file has more than 250 lines since the four kinds of
 * call share the state of one call.
 */

import {
  type AnyFunction,
  activeSpan,
  Caller,
  type ConfiguredSite,
  Mark,
  type PatchTools,
  type Span,
  startSpan,
  tagPeer,
} from '../../src/kit/index'
import { methodTags } from './method'
import { type GrpcOptions, optionsOf, tagMetadata } from './options'
import type { Channel, Listener, Metadata, MethodDefinition, OutgoingCall, Status } from './types'

interface ClientState {
  readonly tools: PatchTools
  readonly site: ConfiguredSite
  readonly patched: WeakSet<object>
  options: GrpcOptions
}

/** One call of the application, and the listener that is told its outcome. */
class ClientCall implements Listener {
  readonly span: Span
  readonly state: ClientState
  readonly caller = new Caller()
  listener: Listener | undefined
  /** The call on the channel; with interceptors that retry, the last one. */
  sent: OutgoingCall | undefined

  constructor(span: Span, state: ClientState) {
    this.span = span
    this.state = state
  }

  onReceiveMetadata(metadata: Metadata): void {
    const { state, span, caller, listener } = this
    if (span.durationMs < 0) state.tools.fenced(() => tagMetadata(span, state.options, 'response', metadata))
    caller.run(listener?.onReceiveMetadata as AnyFunction, listener, [metadata])
  }

  onReceiveMessage(message: unknown): void {
    this.caller.run(this.listener?.onReceiveMessage as AnyFunction, this.listener, [message])
  }

  onReceiveStatus(status: Status): void {
    const { state, span, caller, listener } = this
    state.tools.fenced(() => this.#answered(status))
    const outer = failing
    // The library makes its error from the status before it calls the application.
    failing = span.durationMs < 0 ? this : undefined
    try {
      caller.run(listener?.onReceiveStatus as AnyFunction, listener, [status])
    } finally {
      failing = outer
      this.end()
    }
  }

  #answered({ code, metadata }: Status): void {
    const { span, state, sent } = this
    if (span.durationMs >= 0) return
    span.tags['grpc.status.code'] = code
    tagMetadata(span, state.options, 'response', metadata)
    tagAddress(span, sent)
    if (!state.options.errorCodes.has(code)) this.end()
    else span.error = 1
  }

  fail(error: unknown): void {
    if (this.span.durationMs >= 0) return
    this.span.setError(error)
    this.end()
  }

  end(): void {
    const { span, state } = this
    if (span.durationMs >= 0) return
    state.tools.fenced(() => tagPeer(span, state.tools.config, ['rpc.service']))
    span.finish()
  }
}

/** The call whose status is being turned into an error. */
let failing: ClientCall | undefined

/** Mark on the call that the application starts, and on the channel's, until it is started. */
class StartMark extends Mark {
  #call: ClientCall | undefined
  readonly #isOuter: boolean

  private constructor(target: object, call: ClientCall, isOuter: boolean) {
    super(target)
    this.#call = call
    this.#isOuter = isOuter
  }

  static set(target: object, call: ClientCall, isOuter: boolean): void {
    if (!(#call in target)) new StartMark(target, call, isOuter)
  }

  /** Replaces listener and metadata in the arguments of `start`; returns the call if the application started it. */
  static start(target: object, args: unknown[]): ClientCall | undefined {
    if (!(#call in target) || target.#call === undefined) return undefined
    const call = target.#call
    target.#call = undefined
    if (target.#isOuter) {
      call.listener = args[1] as Listener
      args[1] = call
      return call
    }
    args[0] = withContext(args[0] as Metadata, call)
    return undefined
  }
}

/** Returns a copy of the metadata with the trace: the application may use its own for many calls. */
function withContext(metadata: Metadata, { span, caller, state }: ClientCall): Metadata {
  const copy = metadata.clone()
  state.tools.propagator.injectWith(span, caller.baggage, (name, value) => {
    // Names of baggage items are not always valid names of headers.
    state.tools.fenced(() => copy.set(name, value))
  })
  return copy
}

/** Stand-in for the channel, for one call. */
class CallChannel implements Channel {
  readonly #channel: Channel
  readonly #call: ClientCall

  constructor(channel: Channel, call: ClientCall) {
    this.#channel = channel
    this.#call = call
  }

  createCall(...args: unknown[]): OutgoingCall {
    const sent = this.#channel.createCall(...args)
    this.#call.sent = sent
    this.#call.state.tools.fenced(() => wrapStartOf(sent, this.#call, false))
    return sent
  }
}

export function patchInterceptors(exports: object, tools: PatchTools): void {
  const site = tools.site({
    name: { v0: 'grpc.client', v1: 'grpc.client.request' },
    type: 'http',
    kind: 'client',
  })
  const state: ClientState = { tools, site, patched: new WeakSet(), options: optionsOf(tools, 'client') }
  tools.state.onConfigure(() => {
    state.options = optionsOf(tools, 'client')
  })
  tools.wrap(exports, 'getInterceptingCall', original => {
    return function (this: unknown, ...args: unknown[]): unknown {
      if (!tools.state.enabled || !state.options.enabled) return Reflect.apply(original, this, args)
      let call: ClientCall | undefined
      tools.fenced(() => {
        call = startCall(args[1] as MethodDefinition, state)
        args[3] = new CallChannel(args[3] as Channel, call)
      })
      if (call === undefined) return Reflect.apply(original, this, args)
      try {
        const outer = Reflect.apply(original, this, args)
        wrapStartOf(outer, call, true)
        return outer
      } catch (error) {
        call.fail(error)
        throw error
      }
    }
  })
}

function startCall(
  { path, requestStream, responseStream }: MethodDefinition,
  state: ClientState,
): ClientCall {
  const kind = requestStream
    ? responseStream
      ? 'bidi'
      : 'client_streaming'
    : responseStream
      ? 'server_streaming'
      : 'unary'
  const span = startSpan(state.tools.runtime, state.site.site, activeSpan(), methodTags(path, kind))
  span.resource = path
  return new ClientCall(span, state)
}

/** Wraps `start` in the class of `target`: the library's or that of an interceptor. */
function wrapStartOf(target: OutgoingCall, call: ClientCall, isOuter: boolean): void {
  const { patched, tools } = call.state
  const prototype = Object.getPrototypeOf(target) as object
  if (!patched.has(prototype)) {
    patched.add(prototype)
    tools.wrap(prototype, 'start', wrapStart)
  }
  StartMark.set(target, call, isOuter)
}

function wrapStart(original: AnyFunction): AnyFunction {
  return function (this: object, ...args: unknown[]): unknown {
    const call = StartMark.start(this, args)
    if (call === undefined) return Reflect.apply(original, this, args)
    const [metadata] = args
    call.state.tools.fenced(() => tagMetadata(call.span, call.state.options, 'request', metadata as Metadata))
    try {
      return Reflect.apply(original, this, args)
    } catch (error) {
      call.fail(error)
      throw error
    }
  }
}

/** Wraps the function that makes the application's error, which becomes that of the span. */
export function patchErrors(exports: object, tools: PatchTools): void {
  tools.wrap(exports, 'callErrorFromStatus', original => {
    return function (this: unknown): unknown {
      const error = Reflect.apply(original, this, arguments)
      const call = failing
      failing = undefined
      if (call !== undefined) tools.fenced(() => call.fail(error))
      return error
    }
  })
}

/** Tags the peer, `127.0.0.1:50051` or `[::1]:50051`; before there is a connection the library names the target. */
function tagAddress(span: Span, sent: OutgoingCall | undefined): void {
  const match = /^(?:((?:\d+\.){3}\d+)|\[?([\da-f:.]+)\]?):(\d+)$/i.exec(peerOf(sent))
  if (match === null) return
  span.tags['network.destination.ip'] = match[1] ?? match[2]
  span.tags['network.destination.port'] = Number(match[3])
}

/** Returns the peer of a call: in the oldest versions the method exists, but only throws. */
function peerOf(sent: OutgoingCall | undefined): string {
  try {
    return sent?.getPeer() ?? ''
  } catch {
    return ''
  }
}
