/** The public tracer object: nothing until `init()`, then a thin face of the assembled parts. */

import { type Assembly, assemble } from './assemble'
import { type Config, resolveConfig } from './core/config/resolve'
import { readStableFiles } from './core/config/stable-files'
import { fence } from './core/fence'
import { configureLog, log } from './core/log'
import type { Metrics } from './metrics/index'
import type { OtelTracerProviderConstructor } from './otel/types'
import type { ProfilingProduct } from './profiling/index'
import { getBaggage, removeAllBaggageItems, removeBaggageItem, setBaggageItem } from './trace/baggage'
import { activeSpan } from './trace/context'
import { injectLogFields } from './trace/log-fields'
import { noopSpan } from './trace/noop'
import { UNDECIDED } from './trace/priority'
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
import type { DataStreamsCheckpointer, InitOptions, Logs, Tracer } from './types'

const NOTHING_SENT = { sent: 0, dropped: 0, timedOut: false }

type AnyFunction = (...args: never[]) => unknown

export function createTracer(): Tracer {
  let config: Config | undefined
  let assembly: Assembly | undefined
  let initialised = false
  const early: [string, boolean | Record<string, unknown>][] = []
  const scope = new Scope()
  let TracerProvider: OtelTracerProviderConstructor | undefined
  let checkpointer: DataStreamsCheckpointer | undefined
  let metrics: Metrics | undefined
  let profiling: ProfilingProduct | undefined
  let logs: Logs | undefined
  let unregisterLogs: (() => void) | undefined
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
        config = readConfig(options)
        assembly = config.enabled ? start(config, early) : undefined
        if (config.enabled && config.runtimeMetrics) metrics ??= loadMetrics().openMetrics(config)
        if (assembly !== undefined) metrics?.configure(config)
        if (config.profiling !== 'false') profiling ??= loadProfiling().openProfiling(config)
        profiling?.configure(config)
        if (assembly?.config.otelEnabled) new tracer.TracerProvider().register()
        if (assembly?.logs !== undefined) unregisterLogs = loadOtelLogs().registerLogs(assembly.logs.emit)
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

    setUrl(url) {
      fence('setUrl', () => {
        assembly?.setUrl(url)
        profiling?.setUrl(url)
      })
      return tracer
    },

    setUser(user) {
      const root = activeSpan()?.trace.root
      if (root === undefined || typeof user?.id !== 'string') return tracer
      for (const key of Object.keys(user)) root.setTag(`usr.${key}`, user[key])
      root.setTag('_dd.appsec.user.collection_mode', 'sdk')
      return tracer
    },

    trackError(error, options) {
      const span = running() === undefined ? undefined : activeSpan()
      if (span === undefined) return tracer
      fence('trackError', () => {
        span.recordException(error, options?.tags)
        if (options?.failed === true) span.setError(error)
      })
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

    get logs() {
      const client: typeof import('./logs') = require('./logs')
      logs ??= client.logsOf(() => assembly?.logs)
      return logs
    },

    get dogstatsd() {
      metrics ??= loadMetrics().openMetrics(config)
      return metrics.client
    },

    get metrics() {
      metrics ??= loadMetrics().openMetrics(config)
      return metrics.exposition(activeTrace)
    },

    get profiling() {
      profiling ??= loadProfiling().openProfiling(config)
      return profiling.api
    },

    get TracerProvider() {
      const bridge: typeof import('./otel/index') = require('./otel/index')
      TracerProvider ??= bridge.tracerProviderOf({ running })
      return TracerProvider
    },

    async flush() {
      const left = Promise.all([metrics?.flush(), assembly?.logs?.flush()])
      const result = assembly === undefined ? NOTHING_SENT : await assembly.flush()
      await left
      return result
    },
    async shutdown(options) {
      unregisterLogs?.()
      const left = Promise.all([
        metrics?.shutdown(options?.timeoutMs),
        profiling?.shutdown(options?.timeoutMs),
        assembly?.logs?.shutdown(options?.timeoutMs),
      ])
      const result = assembly === undefined ? NOTHING_SENT : await assembly.shutdown(options?.timeoutMs)
      await left
      return result
    },
  }
  return tracer
}

function readConfig(options: InitOptions | undefined): Config {
  const config = resolveConfig({ ...options }, process.env, readStableFiles())
  configureLog(config)
  for (const problem of config.problems) log.warn(problem, problem)
  for (const { sentence } of config.hidden) log.info(sentence, sentence)
  for (const name of config.unknownOptions) log.debug(() => `init() has no option ${name}`)
  return config
}

function start(config: Config, early: [string, boolean | Record<string, unknown>][]): Assembly {
  const assembly = assemble(config)
  for (const [integration, settings] of early.splice(0)) assembly.registry.use(integration, settings)
  assembly.registry.install()
  return assembly
}

/** Of the active span, where that is not one of those that are dropped. */
function activeTrace(): { traceId: string; spanId: string } | undefined {
  const span = activeSpan()
  if (span === undefined) return undefined
  const { priority } = span.trace
  if (priority <= 0 && priority !== UNDECIDED) return undefined
  return { traceId: span.toTraceId(true), spanId: span.toSpanId(true) }
}

/** Most programs send no logs. */
function loadOtelLogs(): typeof import('./otel/logs') {
  return require('./otel/logs') as typeof import('./otel/logs')
}

/** Most programs send none. */
function loadMetrics(): typeof import('./metrics/index') {
  return require('./metrics/index') as typeof import('./metrics/index')
}

/** Most programs are not profiled. */
function loadProfiling(): typeof import('./profiling/index') {
  return require('./profiling/index') as typeof import('./profiling/index')
}

/** A span or extracted context, or something with a `context()` that is one. */
function contextOf(value: unknown): Span | RemoteContext | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const candidate = typeof (value as Span).context === 'function' ? (value as Span).context() : value
  return typeof (candidate as Span).toTraceId === 'function' ? (candidate as Span) : undefined
}
