/** The public tracer object: nothing until `init()`, then a thin face of the assembled parts and the open signals. */

import { type Assembly, assemble } from './assemble'
import { type Config, resolveConfig } from './core/config/resolve'
import { readStableFiles } from './core/config/stable-files'
import { warningsOfUnknown } from './core/config/unknown-names'
import { fence } from './core/fence'
import { configureLog, log } from './core/log'
import type { SignalRow } from './core/signal'
import { Signals } from './core/signals'
import { loadCheckpointer, loadLogs, loadOtel } from './lazy'
import { manifest } from './manifest'
import type { OtelTracerProviderConstructor } from './otel/types'
import { DATA_STREAMS, LOGS, METRICS, PROFILES, SIGNALS, type SignalParts } from './signals'
import { activeTrace } from './trace/active-trace'
import { finishOpenSpans, recordUncaught } from './trace/process-end'
import { tracingApi } from './tracing-api'
import type { DataStreamsCheckpointer, InitOptions, Logs, Tracer } from './types'

const NOTHING_SENT = { sent: 0, dropped: 0, timedOut: false }

/** Makes a tracer that has not been started. `rows` are its signals, in the order of flush and exit. */
export function createTracer(rows: readonly SignalRow<SignalParts>[] = SIGNALS): Tracer {
  let config: Config | undefined
  let assembly: Assembly | undefined
  let initialised = false
  const signals = new Signals(rows, { uncaught: recordUncaught, cutOff: finishOpenSpans })
  /** Arguments of `use()` before `init()`. */
  const early: [string, boolean | Record<string, unknown>][] = []
  let TracerProvider: OtelTracerProviderConstructor | undefined
  let checkpointer: DataStreamsCheckpointer | undefined
  let logs: Logs | undefined
  const started = (): Assembly | undefined => assembly
  /** Tracing can be switched off, and on again, while the program runs. */
  const running = (): Assembly | undefined => (assembly?.runtime.enabled ? assembly : undefined)

  function start(options: InitOptions | undefined): void {
    config = readConfig(options)
    if (config.enabled) assembly = assemble(config, signals)
    else signals.start(config, undefined)
    for (const [integration, settings] of early.splice(0)) assembly?.registry.use(integration, settings)
    assembly?.registry.install()
    if (assembly !== undefined && config.otelEnabled) new tracer.TracerProvider().register()
  }

  const tracer: Tracer = {
    init(options) {
      if (!initialised) {
        initialised = true
        fence('init', () => start(options))
      } else if (options !== undefined && Object.keys(options).length > 0) {
        log.info('second init', 'init() was called before: these options are not used')
      }
      return tracer
    },

    use(integration, options = true) {
      if (assembly === undefined) early.push([integration, options])
      else assembly.registry.use(integration, options)
      return tracer
    },

    ...tracingApi(started, running, () => tracer),

    setUrl(url) {
      fence('setUrl', () => signals.setUrl(url))
      return tracer
    },

    get dataStreamsCheckpointer() {
      checkpointer ??= loadCheckpointer().checkpointerOf(() => running() && signals.get(DATA_STREAMS))
      return checkpointer
    },

    get logs() {
      logs ??= loadLogs().logsOf(() => signals.get(LOGS))
      return logs
    },

    get dogstatsd() {
      return signals.ask(METRICS, config).client
    },

    get metrics() {
      return signals.ask(METRICS, config).exposition(activeTrace)
    },

    get profiling() {
      return signals.ask(PROFILES, config).api
    },

    get TracerProvider() {
      TracerProvider ??= loadOtel().tracerProviderOf({ running })
      return TracerProvider
    },

    async flush() {
      return (await signals.flush()) ?? NOTHING_SENT
    },

    async shutdown(options) {
      const down = signals.shutdown(options?.timeoutMs)
      assembly?.stop()
      const result = await down
      assembly?.close()
      return result ?? NOTHING_SENT
    },
  }
  return tracer
}

function readConfig(options: InitOptions | undefined): Config {
  const config = resolveConfig({ ...options }, process.env, readStableFiles())
  configureLog(config)
  for (const problem of config.problems) log.warn(problem, problem)
  for (const { sentence } of config.hidden) log.info(sentence, sentence)
  for (const warning of warningsOfUnknown(config, manifest)) log.warn(warning, warning)
  return config
}
