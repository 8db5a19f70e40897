/** Every public type; nothing else is public. */

import type { LookupFunction } from 'node:net'
import type { Logger } from './core/logger'
import type { TraceFormatVersion } from './std/trace-formats'
import type { Scope } from './trace/scope'
import type { Span, SpanContext } from './trace/span'
import type { SpanOptions, TracedFunction, TraceOptions } from './trace/user-spans'

export type { Logger } from './core/logger'
export type { FlushResult } from './core/signal'
export type * from './metrics/types'
export type * from './otel/types'
export type * from './profiling/public'
export type { LogEntry, SpanIds } from './trace/log-entry'
export type { RemoteContext } from './trace/remote-context'
export type { Scope } from './trace/scope'
export type { Span, SpanContext } from './trace/span'
export type { Attributes, AttributeValue } from './trace/span-extras'
export type { SpanOptions, TracedFunction, TraceOptions } from './trace/user-spans'

import type { FlushResult } from './core/signal'
import type { DogStatsd, MetricCardinality, MetricsExposition } from './metrics/types'
import type { OtelTracerProviderConstructor } from './otel/types'
import type { Profiling } from './profiling/public'
import type { LogEntry } from './trace/log-entry'
import type { Attributes } from './trace/span-extras'

/** A sampling rule; the first that matches a trace's first span decides. Texts are globs: `*` any run, `?` one character. */
export interface SamplingRule {
  service?: string | RegExp
  name?: string | RegExp
  resource?: string | RegExp
  tags?: Record<string, string | RegExp>
  /** 0..1. */
  sampleRate: number
  maxPerSecond?: number
}

/** A rule for single spans of traces that are dropped. */
export interface SpanSamplingRule {
  service?: string
  name?: string
  /** 0..1, default 1. */
  sampleRate?: number
  maxPerSecond?: number
}

/** Options of `init()`. Each wins over its environment variable; the README's table has the defaults. */
export interface InitOptions {
  service?: string
  env?: string
  version?: string
  /** Tags for every span. */
  tags?: Record<string, string>
  /** Service of an integration's spans, by the integration's name. */
  serviceMapping?: Record<string, string>
  reportHostname?: boolean
  /** Agent address: `http:`, `https:` or `unix:`. */
  url?: string
  hostname?: string
  port?: number | string
  /** Finds the address of the agent host, in place of `dns.lookup`. */
  lookup?: LookupFunction
  protocolVersion?: TraceFormatVersion
  /** ms; 0 sends each trace as it ends. */
  flushInterval?: number
  flushMinSpans?: number
  /** False: integrations are off until `use()` turns one on. */
  plugins?: boolean
  middlewareTracingEnabled?: boolean
  sampleRate?: number
  samplingRules?: readonly SamplingRule[]
  rateLimit?: number
  spanSamplingRules?: readonly SpanSamplingRule[]
  /** Trace statistics are computed here, not by the agent; dropped traces are then not sent. */
  stats?: boolean
  /** Data streams monitoring: how long messages take through queues and services. */
  dsmEnabled?: boolean
  tracePropagationStyle?: readonly string[] | { inject?: readonly string[]; extract?: readonly string[] }
  baggageMaxItems?: number
  baggageMaxBytes?: number
  baggageTagKeys?: readonly string[]
  legacyBaggageEnabled?: boolean
  traceId128BitGenerationEnabled?: boolean
  traceId128BitLoggingEnabled?: boolean
  /** Adds `dd` (ids of the active span, service, version, env) to the records of loggers; default true. */
  logInjection?: boolean
  /** Sends the logs of `tracer.logs` and of `@opentelemetry/api-logs` to a collector. */
  otelLogsEnabled?: boolean
  logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'off'
  logger?: Logger
  startupLogs?: boolean
  headerTags?: readonly string[]
  clientIpEnabled?: boolean
  clientIpHeader?: string
  resourceRenamingEnabled?: boolean
  dbmPropagationMode?: 'disabled' | 'service' | 'full' | 'dynamic_service'
  spanAttributeSchema?: 'v0' | 'v1'
  spanRemoveIntegrationFromService?: boolean
  spanComputePeerService?: boolean
  peerServiceMapping?: Record<string, string>
  /** Profile CPU, wall time and heap; `auto`: programs that live for long and make spans. */
  profiling?: boolean | 'auto'
  /** Where the metrics of `tracer.dogstatsd` go, and what they carry. */
  dogstatsd?: DogStatsdOptions
  /** Metrics of Node.js: CPU, heap, event loop, garbage collection. */
  runtimeMetrics?: boolean | RuntimeMetricsOptions
  /** All metrics carry `runtime-id`. */
  runtimeMetricsRuntimeId?: boolean
}

export interface RuntimeMetricsOptions {
  /** Default: as the environment says. */
  enabled?: boolean
  /** Those of garbage collection; default true. */
  gc?: boolean
  /** Those of the event loop; default true. */
  eventLoop?: boolean
}

export interface DogStatsdOptions {
  /** `udp:`, `unix:`, or `http:` of the trace agent. */
  url?: string
  hostname?: string
  port?: number | string
  /** Goes before each name, as it is: `shop.`. */
  prefix?: string
  /** Besides service, env, version and the `tags` of the tracer. */
  tags?: Record<string, string>
  /** Counts, gauges and sets are summed up for two seconds; default true. */
  aggregation?: boolean
  /** The client's own counters are sent as well; default true. */
  telemetry?: boolean
  cardinality?: MetricCardinality | 'agent'
}

/** A user to tag a trace with; every key becomes `usr.<key>`. */
export interface User {
  id: string
  [key: string]: string | undefined
}

export interface Logs {
  /** Sends a record, with the ids of the active span; nothing unless `otelLogsEnabled`. Never throws. */
  emit(entry: LogEntry): void
}

export interface TrackErrorOptions {
  /** Attributes of the event that tells of the error. */
  tags?: Attributes
  /** True: the active span is marked as failed with it as well; default false, the error was handled. */
  failed?: boolean
}

export interface ShutdownOptions {
  /** Longest time to wait for the agent; default 1000. */
  timeoutMs?: number
}

/** Carriers: HTTP headers, any text map, a log record. */
export type Format = 'http_headers' | 'text_map' | 'binary' | 'log'

/** The tracer. One for each process (and worker thread); before `init()` it does nothing, and does it at no cost. */
export interface DataStreamsCheckpointer {
  /** A message is sent to `target` (`orders`) through a queue of that `type` (`sqs`); its headers are `carrier`. */
  setProduceCheckpoint(type: string, target: string, carrier: object): void
  /** A message with the headers `carrier` came from `source`; what is sent from here on belongs to its way. */
  setConsumeCheckpoint(type: string, source: string, carrier: object, manual?: boolean): void
}

export interface Tracer {
  /** Starts. A second call changes nothing. */
  init(options?: InitOptions): Tracer
  /** Replaces the options of an integration, or switches it on or off. */
  use(integration: string, options?: boolean | Record<string, unknown>): Tracer
  /** A span that is not activated, and has no parent but `childOf`. */
  startSpan(name: string, options?: SpanOptions): Span
  /** Runs `fn` in a new child of the active span, which ends with it: with its promise, stream or iterator, or `done()`. */
  trace<Result>(name: string, fn: TracedFunction<Result>): Result
  trace<Result>(name: string, options: TraceOptions, fn: TracedFunction<Result>): Result
  /** A function like `fn` that traces each of its calls. */
  wrap<F extends (...args: never[]) => unknown>(name: string, fn: F): F
  wrap<F extends (...args: never[]) => unknown>(
    name: string,
    options: TraceOptions | ((...args: Parameters<F>) => TraceOptions),
    fn: F,
  ): F
  scope(): Scope
  /** Writes the context into the carrier, and returns the carrier. Null: only the baggage. */
  inject<Carrier extends object>(
    context: SpanContext | null | undefined,
    format: Format,
    carrier: Carrier,
  ): Carrier
  /** The context in the carrier, or null. Never throws. */
  extract(format: Format, carrier: object): SpanContext | null
  /** Sends to another agent from now on. */
  setUrl(url: string): Tracer
  /** Tags the first span of the active trace with a user. */
  setUser(user: User): Tracer
  /** Records an error that was handled on the active span, as `span.recordException` does; without one, nothing. */
  trackError(error: unknown, options?: TrackErrorOptions): Tracer
  /** W3C baggage of the running async context. */
  setBaggageItem(key: string, value: string): Readonly<Record<string, string>>
  getBaggageItem(key: string): string | undefined
  getAllBaggageItems(): Readonly<Record<string, string>>
  removeBaggageItem(key: string): Readonly<Record<string, string>>
  removeAllBaggageItems(): Readonly<Record<string, string>>
  /** Checkpoints of data streams, for queues that no integration knows; does nothing without `dsmEnabled`. */
  readonly dataStreamsCheckpointer: DataStreamsCheckpointer
  /** Logs for an OpenTelemetry collector, or the agent's intake for it. */
  readonly logs: Logs
  /** Metrics for the agent; works before `init()` as well. */
  readonly dogstatsd: DogStatsd
  /** The same metrics for Prometheus and others who scrape, counted from the first use of this on. */
  readonly metrics: MetricsExposition
  /** The profiler; works before `init()` as well. */
  readonly profiling: Profiling
  /** A provider of `@opentelemetry/api` whose spans are this tracer's: `new tracer.TracerProvider().register()`. */
  readonly TracerProvider: OtelTracerProviderConstructor
  /** Sends what has finished, and metrics. */
  flush(): Promise<FlushResult>
  /** Sends what has finished, unpatches everything and stops. */
  shutdown(options?: ShutdownOptions): Promise<FlushResult>
}
