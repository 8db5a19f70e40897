/**
 * Every public type; nothing else is public. The file has more than 250 lines since it is one reference: each option,
 * method and event has its sentence.
 */

import type { LookupFunction } from 'node:net'
import type { Logger } from './core/logger'
import type { TraceFormatVersion } from './std/trace-formats'

export type { FlushResult } from './core/flush-result'
export type { Logger } from './core/logger'
export type * from './metrics/types'
export type * from './otel/types'
export type * from './profiling/public'
export type * from './trace/public'

import type { FlushResult } from './core/flush-result'
import type { DogStatsd, MetricCardinality, MetricsExposition } from './metrics/types'
import type { OtelTracerProviderConstructor } from './otel/types'
import type { Profiling } from './profiling/public'
import type {
  Attributes,
  LogEntry,
  Scope,
  Span,
  SpanContext,
  SpanOptions,
  TracedFunction,
  TraceOptions,
} from './trace/public'

/**
 * A sampling rule. The first rule that matches the first span of a trace decides. Texts are globs: `*` stands for any
 * characters, `?` for one. A rule matches when all of its members do; members that are not set match everything.
 */
export interface SamplingRule {
  /** Service of the span. */
  service?: string | RegExp
  /** Name of the span: `web.request`. */
  name?: string | RegExp
  /** Resource of the span: `GET /users/:id`. */
  resource?: string | RegExp
  /** Values of tags, by the name of the tag. */
  tags?: Record<string, string | RegExp>
  /** Share of the matching traces that is kept, 0 to 1. */
  sampleRate: number
  /** Largest number of matching traces that are kept in a second. Default: none. */
  maxPerSecond?: number
}

/** A rule for single spans of dropped traces: matching spans are kept nevertheless. Texts are globs. */
export interface SpanSamplingRule {
  /** Service of the span. Default: any. */
  service?: string
  /** Name of the span. Default: any. */
  name?: string
  /** Share of the matching spans that is kept, 0 to 1. Default: 1. */
  sampleRate?: number
  /** Largest number of matching spans that are kept in a second. Default: none. */
  maxPerSecond?: number
}

/** Options of `init()`. Each wins over its environment variable, which the table of settings names. */
export interface InitOptions {
  /** Name of this service. Default: the name in the application's package.json, else `node`. */
  service?: string
  /** Environment that the service runs in, such as `prod`. Default: none. */
  env?: string
  /** Version of the application. Default: the version in its package.json. */
  version?: string
  /**
   * Tags for every span. In a variable: separated by commas, or by spaces when there is no comma. Default:
   * none.
   */
  tags?: Record<string, string>
  /**
   * Service names for the spans of integrations, by the name of the integration: `pg:orders-db`. Default:
   * none.
   */
  serviceMapping?: Record<string, string>
  /** Tag local root spans with the host name (`_dd.hostname`). Default: false. */
  reportHostname?: boolean
  /**
   * Agent address: `http://host:port`, `https://…` or `unix:///path`. Wins over host and port. Default: none.
   */
  url?: string
  /** Agent host. Default: `127.0.0.1`, or the socket `/var/run/datadog/apm.socket` when it exists. */
  hostname?: string
  /** Agent port. Default: 8126. */
  port?: number | string
  /** Function that finds the IP address of the agent host in place of `dns.lookup`. Default: none. */
  lookup?: LookupFunction
  /** Version of the trace format. One newer than `0.4` is used only if the agent offers it. Default: `0.4`. */
  protocolVersion?: TraceFormatVersion
  /**
   * Longest time in ms that a finished trace waits before it is sent; 0 sends each trace as it ends. Default:
   * 2000 ms.
   */
  flushInterval?: number
  /**
   * Number of finished spans at which a trace that is still open sends its finished spans.
   * Default: 1000.
   */
  flushMinSpans?: number
  /** When false, integrations are off until `use()` turns one on. Default: true. */
  plugins?: boolean
  /** Make a span for each middleware of a web framework. Default: false. */
  middlewareTracingEnabled?: boolean
  /**
   * Share of traces to keep, 0 to 1, where no sampling rule matches. Default: the rates that the agent asks
   * for.
   */
  sampleRate?: number
  /**
   * Sampling rules `[{service, name, resource, tags, sample_rate, max_per_second}]`; the first that matches
   * decides. Default: none. In code, numbers are named `sampleRate` and `maxPerSecond`.
   */
  samplingRules?: readonly SamplingRule[]
  /** Largest number of traces that sampling rules may keep in a second; negative = no limit. Default: 100. */
  rateLimit?: number
  /**
   * Rules `[{service, name, sample_rate, max_per_second}]` that keep single spans of dropped traces. Default:
   * none. In code, numbers are named `sampleRate` and `maxPerSecond`.
   */
  spanSamplingRules?: readonly SpanSamplingRule[]
  /**
   * Compute trace statistics in the tracer, where the agent allows that; dropped traces are then not sent.
   * Default: false.
   */
  stats?: boolean
  /**
   * Monitor data streams: how long messages take through queues and services, and how far consumers have got.
   * Default: false.
   */
  dsmEnabled?: boolean
  /**
   * Header formats, read in this order and all written: `datadog`, `tracecontext`, `b3`, `b3multi`,
   * `baggage`, `none`. Default: `datadog`, `tracecontext`, `baggage`. In code: one list for both directions,
   * or a list for each.
   */
  tracePropagationStyle?: readonly string[] | { inject?: readonly string[]; extract?: readonly string[] }
  /** Largest number of items that are sent in a `baggage` header. Default: 64. */
  baggageMaxItems?: number
  /** Largest number of bytes that are sent in a `baggage` header. Default: 8192 bytes. */
  baggageMaxBytes?: number
  /**
   * Keys of baggage that become tags `baggage.<key>`; `*` = all, empty = none. Default: `user.id`,
   * `session.id`, `account.id`.
   */
  baggageTagKeys?: readonly string[]
  /** Send and read `ot-baggage-*` headers, up to 64 items and 2048 bytes. Default: true. */
  legacyBaggageEnabled?: boolean
  /** Give new traces ids of 128 bits; when false, of 64 bits. Default: true. */
  traceId128BitGenerationEnabled?: boolean
  /**
   * Write all 128 bits of a trace id into log records, in hexadecimal; when false, the lower 64 bits in
   * decimal. Default: true.
   */
  traceId128BitLoggingEnabled?: boolean
  /**
   * Add the ids of the active span, service, version and env to the records of pino, winston and bunyan
   * (`dd`). Default: true.
   */
  logInjection?: boolean
  /**
   * Send logs of `tracer.logs` and of `@opentelemetry/api-logs` to a collector; records of loggers get no
   * `dd` then. Default: false.
   */
  otelLogsEnabled?: boolean
  /**
   * Least severe lines of the tracer's own log that are written to stderr: `debug`, `info`, `warn`, `error`
   * or `off`. Default: `warn`.
   */
  logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'off'
  /**
   * Object with `error`, `warn`, `info` and `debug` that gets the lines of the tracer's own log in place of
   * stderr. Default: none.
   */
  logger?: Logger
  /** Print the configuration as one line of JSON at start. Default: true. */
  startupLogs?: boolean
  /** Request and response headers that become tags: `header` or `header:tag`. Default: none. */
  headerTags?: readonly string[]
  /** Tag server spans with the IP address of the client (`http.client_ip`). Default: false. */
  clientIpEnabled?: boolean
  /** The only header to take the client's IP address from. Default: the usual headers of proxies. */
  clientIpHeader?: string
  /** Tag server spans that have no route with `http.endpoint`, a simplified path. Default: false. */
  resourceRenamingEnabled?: boolean
  /**
   * SQL comments that tie database monitoring to services (`service`, `dynamic_service`) or also to traces
   * (`full`). Default: `disabled`.
   */
  dbmPropagationMode?: 'disabled' | 'service' | 'full' | 'dynamic_service'
  /** Scheme by which spans and services of integrations are named: `v0` or `v1`. Default: `v0`. */
  spanAttributeSchema?: 'v0' | 'v1'
  /** Give spans of integrations the service name of the application. Default: false. */
  spanRemoveIntegrationFromService?: boolean
  /**
   * Tag client spans with the service that they call (`peer.service`); always on with `v1` names. Default:
   * false.
   */
  spanComputePeerService?: boolean
  /** New names for values of the tag `peer.service`: `10.0.0.7:orders`. Default: none. */
  peerServiceMapping?: Record<string, string>
  /**
   * Profile CPU, wall time and heap; `auto`: once the program has lived for 30 seconds and made a span.
   * Default: `false`.
   */
  profiling?: boolean | 'auto'
  /** Where the metrics of `tracer.dogstatsd` go, and what they carry. */
  dogstatsd?: DogStatsdOptions
  /**
   * Send metrics of Node.js: CPU, heap, event loop, garbage collection. In code also `{ enabled, gc,
   * eventLoop }`. Default: false.
   */
  runtimeMetrics?: boolean | RuntimeMetricsOptions
  /** Tag all metrics with `runtime-id`, which differs for each process and thread. Default: false. */
  runtimeMetricsRuntimeId?: boolean
}

/** Options of the metrics of Node.js. */
export interface RuntimeMetricsOptions {
  /** Send metrics of Node.js. Default: as the environment says. */
  enabled?: boolean
  /** Include garbage collection in the metrics of Node.js. Default: true. */
  gc?: boolean
  /** Include the event loop in the metrics of Node.js. Default: true. */
  eventLoop?: boolean
}

/** Options of `tracer.dogstatsd`. */
export interface DogStatsdOptions {
  /**
   * Address for metrics: `udp://host:port`, `unix:///path`, or `http://host:port` of the trace agent, which
   * forwards metrics. Default: none.
   */
  url?: string
  /**
   * Host that takes metrics over UDP. Default: the socket `/var/run/datadog/dsd.socket` when it exists, else
   * the agent host.
   */
  hostname?: string
  /** UDP port for metrics. Default: 8125. */
  port?: number | string
  /** Text put before the name of each metric, as it is: `shop.`. Default: none. */
  prefix?: string
  /** Tags for every metric, in addition to service, env, version and `tags`. Default: none. */
  tags?: Record<string, string>
  /** Sum up counts, gauges and sets for two seconds, and send a line for each series. Default: true. */
  aggregation?: boolean
  /**
   * Send the metrics client's own counters, also of lost metrics, as metrics `datadog.dogstatsd.client.*`.
   * Default: true.
   */
  telemetry?: boolean
  /**
   * How many tags of its origin (container, pod) the agent adds to a metric; `agent`: as the agent is
   * configured. Default: `agent`.
   */
  cardinality?: MetricCardinality | 'agent'
}

/** The user whom a trace belongs to; every member becomes the tag `usr.<name>`. */
export interface User {
  /** Id of the user. */
  id: string
  [key: string]: string | undefined
}

/** Log records for an OpenTelemetry collector. */
export interface Logs {
  /** Sends a record, with the ids of the active span; does nothing without the option `otelLogsEnabled`. Never throws. */
  emit(entry: LogEntry): void
}

/** Options of `tracer.trackError()`. */
export interface TrackErrorOptions {
  /** Attributes of the event that records the error. Default: none. */
  tags?: Attributes
  /** Whether to mark the active span as failed, too. Default: false, since the error was handled. */
  failed?: boolean
}

/** Options of `tracer.shutdown()`. */
export interface ShutdownOptions {
  /** Longest time in ms to wait for the agent. Default: 1000 ms. */
  timeoutMs?: number
}

/** Kind of a carrier: HTTP headers, any map of texts, or a log record. Nothing is written to or read from `binary`. */
export type Format = 'http_headers' | 'text_map' | 'binary' | 'log'

/** Checkpoints of data streams, for queues that no integration knows. */
export interface DataStreamsCheckpointer {
  /**
   * Records that a message is sent to `target` (`orders`) through a queue of this `type` (`sqs`), and writes the
   * pathway into `carrier`, the headers of the message.
   */
  setProduceCheckpoint(type: string, target: string, carrier: object): void
  /**
   * Records that a message with the headers `carrier` came from `source`; messages that are sent from here on continue
   * its pathway. `manual` (default true) tags the checkpoint as set by the application.
   */
  setConsumeCheckpoint(type: string, source: string, carrier: object, manual?: boolean): void
}

/**
 * The tracer: one for each process and worker thread. Before `init()` its methods do nothing and cost nothing, except
 * where they say so. After `init()` they never throw.
 */
export interface Tracer {
  /** Starts the tracer. A second call changes nothing. */
  init(options?: InitOptions): Tracer
  /** Replaces the options of an integration, or switches it on or off. Works before `init()` as well. */
  use(integration: string, options?: boolean | Record<string, unknown>): Tracer
  /** Starts a span, which is not made the active one and has no parent but `childOf`. End it with `span.finish()`. */
  startSpan(name: string, options?: SpanOptions): Span
  /**
   * Runs `fn` in a new child of the active span, which ends with `fn`: with its promise, stream or iterator, or when it
   * calls `done()`. Returns what `fn` returns.
   */
  trace<Result>(name: string, fn: TracedFunction<Result>): Result
  trace<Result>(name: string, options: TraceOptions, fn: TracedFunction<Result>): Result
  /** Returns a function like `fn` that makes a span for each of its calls. */
  wrap<F extends (...args: never[]) => unknown>(name: string, fn: F): F
  wrap<F extends (...args: never[]) => unknown>(
    name: string,
    options: TraceOptions | ((...args: Parameters<F>) => TraceOptions),
    fn: F,
  ): F
  /** Returns the scope, which reads and sets the active span. */
  scope(): Scope
  /** Writes a context into the carrier, and returns the carrier. Null: only the baggage is written. */
  inject<Carrier extends object>(
    context: SpanContext | null | undefined,
    format: Format,
    carrier: Carrier,
  ): Carrier
  /** Returns the context that the carrier holds, or null. Never throws. */
  extract(format: Format, carrier: object): SpanContext | null
  /** Sends to another agent from now on. */
  setUrl(url: string): Tracer
  /** Tags the first span of the active trace with a user. */
  setUser(user: User): Tracer
  /** Records a handled error on the active span, as `span.recordException()` does; does nothing without an active span. */
  trackError(error: unknown, options?: TrackErrorOptions): Tracer
  /** Adds an item to the W3C baggage of the running async context, and returns all items. */
  setBaggageItem(key: string, value: string): Readonly<Record<string, string>>
  /** Returns an item of the W3C baggage of the running async context. */
  getBaggageItem(key: string): string | undefined
  /** Returns all items of the W3C baggage of the running async context. */
  getAllBaggageItems(): Readonly<Record<string, string>>
  /** Removes an item from the W3C baggage of the running async context, and returns the other items. */
  removeBaggageItem(key: string): Readonly<Record<string, string>>
  /** Removes all items from the W3C baggage of the running async context. */
  removeAllBaggageItems(): Readonly<Record<string, string>>
  /** Checkpoints of data streams, for queues that no integration knows; they do nothing without the option `dsmEnabled`. */
  readonly dataStreamsCheckpointer: DataStreamsCheckpointer
  /** Log records for an OpenTelemetry collector, or for the agent's intake of OpenTelemetry. */
  readonly logs: Logs
  /** Metrics for the agent. Works before `init()` as well. */
  readonly dogstatsd: DogStatsd
  /** The metrics of `dogstatsd` for Prometheus and other scrapers, counted from the first use of this property on. */
  readonly metrics: MetricsExposition
  /** The profiler. Works before `init()` as well. */
  readonly profiling: Profiling
  /** A provider of `@opentelemetry/api` whose spans are this tracer's: `new tracer.TracerProvider().register()`. */
  readonly TracerProvider: OtelTracerProviderConstructor
  /**
   * Sends all that waits: finished traces, their statistics, data streams, metrics and logs. A profile under way goes on.
   * Settles when everything has left or cannot be sent, after five seconds at most; never rejects.
   */
  flush(): Promise<FlushResult>
  /** Sends what has finished, unpatches all libraries and stops the tracer. Never rejects. */
  shutdown(options?: ShutdownOptions): Promise<FlushResult>
}
