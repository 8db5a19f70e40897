/** The public tracer object: nothing until `init()`, then a thin face of the assembled parts. */

import { type Assembly, assemble } from './assemble'
import { resolveConfig } from './core/config/resolve'
import { readStableFiles } from './core/config/stable-files'
import { fence } from './core/fence'
import { configureLog, log } from './core/log'
import type { Metrics } from './metrics/index'
import type { OtelTracerProviderConstructor } from './otel/types'
import { getBaggage, removeAllBaggageItems, removeBaggageItem, setBaggageItem } from './trace/baggage'
import { active } from './trace/context'
import { logFields } from './trace/log-fields'
import { noopSpan } from './trace/noop'
import type { RemoteContext } from './trace/remote-context'
import { Scope } from './trace/scope'
import type { Span } from './trace/span'
import {
  startUserSpan,
  type TracedFunction,
  type TraceOptions,
  traceFunction,
  wrapFunction,
} from './trace/user-spans'
import type { DataStreamsCheckpointer, InitOptions, Tracer } from './types'

const NOTHING_SENT = { sent: 0, dropped: 0, timedOut: false }

type AnyFunction = (...args: never[]) => unknown

export function createTracer(): Tracer {
  let assembly: Assembly | undefined
  let initialised = false
  const early: [string, boolean | Record<string, unknown>][] = []
  const scope = new Scope()
  let TracerProvider: OtelTracerProviderConstructor | undefined
  let checkpointer: DataStreamsCheckpointer | undefined
  let metrics: Metrics | undefined
  /** Tracing can be switched off, and on again, while the program runs. */
  const running = (): Assembly | undefined => (assembly?.runtime.enabled ? assembly : undefined)

  const tracer: Tracer = {
    init(options) {
      if (initialised) {
        if (options !== undefined && Object.keys(options).length > 0) {
          log.info('second init', 'init() was called before: these options are not used')
        }
        return tracer
      }
      initialised = true
      fence('init', () => {
        assembly = start(options, early)
        if (assembly !== undefined) metrics?.configure(assembly.config)
        if (assembly?.config.otelEnabled) new tracer.TracerProvider().register()
      })
      return tracer
    },

    use(integration, options = true) {
      if (assembly === undefined) early.push([integration, options])
      else assembly.registry.use(integration, options)
      return tracer
    },

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
      if (assembly === undefined || typeof fn !== 'function') return fn
      const options = third === undefined ? undefined : (second as TraceOptions)
      return wrapFunction(assembly.runtime, name, options, fn)
    },

    scope: () => scope,

    inject(context, format, carrier) {
      const parts = running()
      if (parts === undefined || typeof carrier !== 'object' || carrier === null) return carrier
      const target = contextOf(context)
      fence('inject', () => {
        if (format === 'log') Object.assign(carrier, { dd: logFields(target, parts.config) })
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

    setUrl(url) {
      fence('setUrl', () => assembly?.setUrl(url))
      return tracer
    },

    setUser(user) {
      const root = active()?.trace.root
      if (root === undefined || typeof user?.id !== 'string') return tracer
      for (const key of Object.keys(user)) root.setTag(`usr.${key}`, user[key])
      root.setTag('_dd.appsec.user.collection_mode', 'sdk')
      return tracer
    },

    setBaggageItem,
    getBaggageItem: key => getBaggage()[key],
    getAllBaggageItems: getBaggage,
    removeBaggageItem,
    removeAllBaggageItems,

    get dataStreamsCheckpointer() {
      const { checkpointerOf }: typeof import('./checkpointer') = require('./checkpointer')
      checkpointer ??= checkpointerOf(() => running()?.dataStreams)
      return checkpointer
    },

    get dogstatsd() {
      metrics ??= loadMetrics().openMetrics(assembly?.config)
      return metrics.client
    },

    get TracerProvider() {
      const bridge: typeof import('./otel/index') = require('./otel/index')
      TracerProvider ??= bridge.tracerProviderOf({ running })
      return TracerProvider
    },

    async flush() {
      const left = metrics?.flush()
      const result = assembly === undefined ? NOTHING_SENT : await assembly.flush()
      await left
      return result
    },
    async shutdown(options) {
      const left = metrics?.shutdown(options?.timeoutMs)
      const result = assembly === undefined ? NOTHING_SENT : await assembly.shutdown(options?.timeoutMs)
      await left
      return result
    },
  }
  return tracer
}

/** Undefined when the tracer is switched off: nothing is patched, listened to or sent. */
function start(
  options: InitOptions | undefined,
  early: [string, boolean | Record<string, unknown>][],
): Assembly | undefined {
  const config = resolveConfig({ ...options }, process.env, readStableFiles())
  configureLog(config)
  for (const problem of config.problems) log.warn(problem, problem)
  for (const { sentence } of config.hidden) log.info(sentence, sentence)
  for (const name of config.unknownOptions) log.debug(() => `init() has no option ${name}`)
  if (!config.enabled) return undefined
  const assembly = assemble(config)
  for (const [integration, settings] of early.splice(0)) assembly.registry.use(integration, settings)
  assembly.registry.install()
  return assembly
}

/** Most programs send none. */
function loadMetrics(): typeof import('./metrics/index') {
  return require('./metrics/index') as typeof import('./metrics/index')
}

/** A span or extracted context, or something with a `context()` that is one. */
function contextOf(value: unknown): Span | RemoteContext | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const candidate = typeof (value as Span).context === 'function' ? (value as Span).context() : value
  return typeof (candidate as Span).toTraceId === 'function' ? (candidate as Span) : undefined
}
