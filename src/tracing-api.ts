/** Methods of the public tracer that make, carry and tag spans. They do nothing until `init()`, and never throw. */

import type { Assembly } from './assemble'
import { fence } from './core/fence'
import { getBaggage, removeAllBaggageItems, removeBaggageItem, setBaggageItem } from './trace/baggage'
import { activeSpan } from './trace/context'
import { injectLogFields } from './trace/log-fields'
import { noopSpan } from './trace/noop'
import type { TracedFunction, TraceOptions } from './trace/public'
import type { RemoteContext } from './trace/remote-context'
import { Scope } from './trace/scope'
import type { Span } from './trace/span'
import { startUserSpan, traceFunction, wrapFunction } from './trace/user-spans'
import type { Tracer } from './types'

type AnyFunction = (...args: never[]) => unknown

type TracingApi = Pick<
  Tracer,
  | 'startSpan'
  | 'trace'
  | 'wrap'
  | 'scope'
  | 'inject'
  | 'extract'
  | 'setUser'
  | 'trackError'
  | 'setBaggageItem'
  | 'getBaggageItem'
  | 'getAllBaggageItems'
  | 'removeBaggageItem'
  | 'removeAllBaggageItems'
>

/** `started` returns the parts that `init()` made, `running` the same unless tracing is switched off for now. */
export function tracingApi(
  started: () => Assembly | undefined,
  running: () => Assembly | undefined,
  tracer: () => Tracer,
): TracingApi {
  const scope = new Scope()
  return {
    startSpan(name, options) {
      const parts = running()
      return parts === undefined ? noopSpan() : startUserSpan(parts.runtime, name, options)
    },

    trace<Result>(
      name: string,
      second: TraceOptions | TracedFunction<Result>,
      third?: TracedFunction<Result>,
    ): Result {
      const fn = (typeof second === 'function' ? second : third) as TracedFunction<Result>
      if (typeof fn !== 'function') return undefined as Result
      const parts = running()
      if (parts === undefined) return fn(noopSpan(), () => {})
      return traceFunction(parts.runtime, name, typeof second === 'function' ? undefined : second, fn)
    },

    wrap<F extends AnyFunction>(
      name: string,
      second: F | TraceOptions | ((...args: Parameters<F>) => TraceOptions),
      third?: F,
    ): F {
      const fn = (third ?? second) as F
      const parts = started()
      if (parts === undefined || typeof fn !== 'function') return fn
      const options = third === undefined ? undefined : (second as TraceOptions)
      return wrapFunction(parts.runtime, name, options, fn)
    },

    scope: () => scope,

    inject(context, format, carrier) {
      const parts = running()
      if (parts === undefined || typeof carrier !== 'object' || carrier === null) return carrier
      const target = contextOf(context)
      fence('inject', () => {
        if (format === 'log') injectLogFields(target, parts.config, carrier)
        else if (format !== 'binary') parts.propagator.inject(target, getBaggage(), carrier)
      })
      return carrier
    },

    extract(format, carrier) {
      const parts = running()
      if (parts === undefined || format === 'binary' || format === 'log') return null
      const { propagator } = parts
      return fence('extract', () => propagator.extract(carrier as Record<string, string>)) ?? null
    },

    setUser(user) {
      const root = activeSpan()?.trace.root
      if (root === undefined || typeof user?.id !== 'string') return tracer()
      for (const key of Object.keys(user)) root.setTag(`usr.${key}`, user[key])
      root.setTag('_dd.appsec.user.collection_mode', 'sdk')
      return tracer()
    },

    trackError(error, options) {
      const span = running() === undefined ? undefined : activeSpan()
      if (span === undefined) return tracer()
      fence('trackError', () => {
        span.recordException(error, options?.tags)
        if (options?.failed === true) span.setError(error)
      })
      return tracer()
    },

    setBaggageItem,
    getBaggageItem: key => getBaggage()[key],
    getAllBaggageItems: getBaggage,
    removeBaggageItem,
    removeAllBaggageItems,
  }
}

/** Returns a span or extracted context, also that of an object whose `context()` returns one; undefined for anything else. */
function contextOf(value: unknown): Span | RemoteContext | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const candidate = typeof (value as Span).context === 'function' ? (value as Span).context() : value
  return typeof (candidate as Span).toTraceId === 'function' ? (candidate as Span) : undefined
}
