/**
 * A logger provider for `@opentelemetry/api-logs`, registered without loading that package: every copy of the API
 * calls the function `globalThis[Symbol.for('io.opentelemetry.js.api.logs')]` with its own version, an integer, for
 * the provider.
 */

import { log } from '../core/log'
import type { EmitLog, OtelLogEntry } from '../trace/log-entry'
import type { SpanIds } from '../trace/public'
import { readValue, SPAN_KEY } from './context'
import { toHrTime } from './time'

/** Key of the global function that all copies of the logs API call for their provider. */
export const LOGS_KEY = Symbol.for('io.opentelemetry.js.api.logs')
const shared = globalThis as { [LOGS_KEY]?: unknown }

/**
 * Most loggers that are kept. Programs with more put data into logger names; further loggers are made anew each time.
 */
const MAX_LOGGERS = 256

/** A log record of `@opentelemetry/api-logs`. */
export interface OtelLogRecord {
  timestamp?: unknown
  observedTimestamp?: unknown
  severityNumber?: number
  severityText?: string
  body?: unknown
  attributes?: Record<string, unknown>
  /** A context of `@opentelemetry/api`; default: the active one. */
  context?: unknown
  eventName?: string
  exception?: unknown
}

/** A logger of `@opentelemetry/api-logs`. */
export interface OtelLogger {
  emit(record: OtelLogRecord): void
  enabled(): boolean
}

/** Passes the records of all loggers to one function. */
export class BridgeLoggerProvider {
  readonly #emit: EmitLog
  readonly #loggers = new Map<string, OtelLogger>()

  constructor(emit: EmitLog) {
    this.#emit = emit
  }

  getLogger(name: string, version?: string): OtelLogger {
    const scope = { name: String(name), version: version === undefined ? '' : String(version) }
    const key = JSON.stringify([scope.name, scope.version])
    let logger = this.#loggers.get(key)
    if (logger === undefined) {
      logger = { emit: record => this.#emit(toEntry(record), scope), enabled: () => true }
      if (this.#loggers.size < MAX_LOGGERS) this.#loggers.set(key, logger)
    }
    return logger
  }
}

function toEntry(record: OtelLogRecord): OtelLogEntry {
  const { severityNumber, severityText, body, attributes, context, eventName, exception } = record ?? {}
  return {
    body,
    severity: severityNumber,
    severityText: typeof severityText === 'string' ? severityText : undefined,
    attributes,
    error: exception,
    timestamp: toHrTime(record?.timestamp),
    observed: toHrTime(record?.observedTimestamp),
    span: context === undefined ? undefined : spanIn(context),
    eventName,
  }
}

function spanIn(context: unknown): SpanIds | null {
  const span = readValue(context, SPAN_KEY) as { spanContext?: () => SpanIds } | undefined
  return span?.spanContext?.() ?? null
}

/** Registers a logger provider that calls `emit`, unless another is registered. Returns a function that removes it. */
export function registerLogs(emit: EmitLog): () => void {
  if (shared[LOGS_KEY] !== undefined) {
    log.warn(
      'opentelemetry logs',
      'another OpenTelemetry logger provider is registered and stays; its log records are not sent by this tracer',
    )
    return () => {}
  }
  const provider = new BridgeLoggerProvider(emit)
  delegate(provider)
  const get = (): BridgeLoggerProvider => provider
  Object.defineProperty(shared, LOGS_KEY, {
    value: get,
    writable: true,
    configurable: true,
    enumerable: false,
  })
  return () => {
    if (shared[LOGS_KEY] === get) delete shared[LOGS_KEY]
  }
}

const ENTRY_FILE = /@opentelemetry[\\/]api-logs[\\/]build[\\/](?:src|cjs)[\\/]index\.c?js$/

interface Proxied {
  setDelegate?(provider: object): void
  _setDelegate?(provider: object): void
}

/** Gives the provider to proxies: the API returns these for loggers that are requested before one is registered. */
function delegate(provider: object): void {
  for (const file of Object.keys(require.cache).filter(each => ENTRY_FILE.test(each))) {
    const proxy: Proxied | undefined = require.cache[file]?.exports?.logs?.getLoggerProvider?.()
    if (proxy?.setDelegate !== undefined) proxy.setDelegate(provider)
    else proxy?._setDelegate?.(provider)
  }
}
