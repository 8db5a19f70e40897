/** Spans of calls that arrive: handlers are wrapped when they are registered, and their calls emit in the span. */

import {
  type AnyFunction,
  type ConfiguredSite,
  disguise,
  Mark,
  type PatchTools,
  type RemoteContext,
  runInSpan,
  runWithBaggage,
  type Span,
  startSpan,
  wrapEmit,
} from '../../src/kit/index'
import { methodTags } from './method'
import { type GrpcOptions, optionsOf, tagMetadata } from './options'
import { CANCELLED, codeOf, DEADLINE_EXCEEDED, UNKNOWN } from './statuses'
import type { IncomingCall, Metadata } from './types'

const KINDS: Readonly<Record<string, string>> = {
  unary: 'unary',
  clientStream: 'client_streaming',
  serverStream: 'server_streaming',
  bidi: 'bidi',
}

/** Kinds of calls by the names of the library's classes. */
const CALLS = [
  'ServerUnaryCallImpl',
  'ServerReadableStreamImpl',
  'ServerWritableStreamImpl',
  'ServerDuplexStreamImpl',
]

interface ServerState {
  readonly tools: PatchTools
  readonly site: ConfiguredSite
  isOn: boolean
  options: GrpcOptions
}

interface Served {
  readonly span: Span
  readonly state: ServerState
}

/** Mark on the call that a handler gets: holds its span, also once that has ended, for later events. */
class CallMark extends Mark {
  readonly #served: Served

  private constructor(call: object, served: Served) {
    super(call)
    this.#served = served
  }

  static of(call: object): Served | undefined {
    return #served in call ? call.#served : undefined
  }

  static set(call: object, served: Served): void {
    if (!(#served in call)) new CallMark(call, served)
  }
}

export function patchServer({ Server }: { Server: { prototype: object } }, tools: PatchTools): void {
  const site = tools.site({
    name: { v0: 'grpc.server', v1: 'grpc.server.request' },
    type: 'web',
    kind: 'server',
  })
  const state: ServerState = { tools, site, isOn: true, options: optionsOf(tools, 'server') }
  tools.state.onConfigure(() => {
    state.options = optionsOf(tools, 'server')
  })
  tools.onUndo(() => {
    state.isOn = false
  })
  tools.wrap(Server.prototype, 'register', original => {
    return function (this: unknown, ...args: unknown[]): unknown {
      const [path, handler, , , type] = args
      const kind = KINDS[type as string]
      if (typeof path === 'string' && typeof handler === 'function' && kind !== undefined) {
        args[1] = disguise(wrapHandler(handler as AnyFunction, path, kind, state), handler as AnyFunction)
      }
      return Reflect.apply(original, this, args)
    }
  })
}

function wrapHandler(handler: AnyFunction, path: string, kind: string, state: ServerState): AnyFunction {
  const { tools } = state
  return function (this: unknown, ...args: unknown[]): unknown {
    if (!state.isOn || !tools.state.enabled || !state.options.enabled)
      return Reflect.apply(handler, this, args)
    let served: Served | undefined
    let remote: RemoteContext | undefined
    tools.fenced(() => {
      const call = args[0] as IncomingCall
      remote = tools.propagator.extract(call.metadata.getMap() as Record<string, string>)
      const span = startSpan(tools.runtime, state.site.site, remote, methodTags(path, kind))
      span.resource = path
      served = { span, state }
      tagMetadata(span, state.options, 'request', call.metadata)
      CallMark.set(call, served)
      if (typeof args[1] === 'function') args[1] = wrapCallback(args[1] as AnyFunction, served)
    })
    if (served === undefined) return Reflect.apply(handler, this, args)
    try {
      return runWithBaggage(remote?.baggage, runInSpan, undefined, [served.span, handler, this, args])
    } catch (error) {
      endServed(served, UNKNOWN, error)
      throw error
    }
  }
}

function wrapCallback(callback: AnyFunction, served: Served): AnyFunction {
  return disguise(function (this: unknown): unknown {
    const [error, , trailer] = arguments as unknown as [unknown, unknown, Metadata | undefined]
    const { state, span } = served
    state.tools.fenced(() => {
      if (span.durationMs < 0) tagMetadata(span, state.options, 'response', trailer)
      endServed(served, error ? codeOf(error) : 0, error)
    })
    return Reflect.apply(callback, this, arguments)
  }, callback)
}

function endServed({ span, state }: Served, code: number, error?: unknown): void {
  if (span.durationMs >= 0) return
  span.tags['grpc.status.code'] = code
  if (state.options.errorCodes.has(code)) {
    span.error = 1
    if (error) span.setError(described(error))
  }
  span.finish()
}

/** Makes an error of `{ code, details }`, which handlers may answer with, and which is no `Error`. */
function described(error: unknown): unknown {
  const { message, details } = error as { message?: unknown; details?: unknown }
  return message === undefined && typeof details === 'string'
    ? { ...(error as object), message: details }
    : error
}

/** Wraps `emit` of a handler's call, so that its listeners run in the context of the span. */
export function patchCalls(exports: Readonly<Record<string, AnyFunction>>, tools: PatchTools): void {
  for (const name of CALLS) {
    const prototype = exports[name]?.prototype as object | undefined
    if (prototype === undefined) continue
    wrapEmit(prototype, tools, inner => {
      return function (this: object, event: string, arg: unknown): unknown {
        const served = CallMark.of(this)
        if (served === undefined) return Reflect.apply(inner.emit, this, arguments)
        // The error of a stream is its answer.
        if (event === 'error') tools.fenced(() => endServed(served, codeOf(arg), arg))
        else if (event === 'finish') endServed(served, 0)
        try {
          return runInSpan(served.span, inner.emit, this, arguments)
        } finally {
          if (event === 'cancelled') endServed(served, arg === 'deadline' ? DEADLINE_EXCEEDED : CANCELLED)
          // The stream was destroyed before its end; one that is only read still has its callback to answer.
          else if (event === 'close' && 'writable' in this) endServed(served, CANCELLED)
        }
      }
    })
  }
}
