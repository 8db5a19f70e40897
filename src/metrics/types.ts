/** Public types of `tracer.dogstatsd` and `tracer.metrics`. */

import type { IncomingMessage, ServerResponse } from 'node:http'

/** Tags of a metric: `{ route: '/users', status: 200 }` or `['route:/users', 'canary']`. */
export type MetricTags =
  | Readonly<Record<string, string | number | bigint | boolean | null | undefined>>
  | readonly string[]

/** How many tags of the metric's origin (container, pod, …) the agent adds. */
export type MetricCardinality = 'none' | 'low' | 'orchestrator' | 'high'

/** Options of a call that records a metric. */
export interface MetricOptions {
  /**
   * Share of the calls that are sent, 0..1; default 1. Applies to histograms, distributions and timings, and to counts
   * while aggregation is off; other types are aggregated in the process, and every call counts.
   */
  sampleRate?: number
  /**
   * Time of the measurement, as a date or in seconds since 1970; default: now. Applies to counts and gauges, which are
   * then sent unaggregated.
   */
  timestamp?: number | Date
  /** Replaces `DD_CARDINALITY` for this call. */
  cardinality?: MetricCardinality
}

/** Options of an event. */
export interface EventOptions {
  /** Severity of the event; default `info`. */
  alertType?: 'info' | 'success' | 'warning' | 'error'
  /** Priority of the event; default `normal`. */
  priority?: 'normal' | 'low'
  /** Time of the event, as a date or in seconds since 1970; default: when the agent receives it. */
  timestamp?: number | Date
  /** Host of the event; default: the agent's host. */
  hostname?: string
  /** Events with the same key are shown together. */
  aggregationKey?: string
  /** Name of the system that the event comes from, such as `nagios`. */
  sourceType?: string
  /** Replaces `DD_CARDINALITY` for this event. */
  cardinality?: MetricCardinality
}

/** Status of a service check, by name or by the protocol's number. */
export type ServiceCheckStatus = 'ok' | 'warning' | 'critical' | 'unknown' | 0 | 1 | 2 | 3

/** Options of a service check. */
export interface ServiceCheckOptions {
  /** Text that explains the status. */
  message?: string
  /** Time of the check, as a date or in seconds since 1970; default: when the agent receives it. */
  timestamp?: number | Date
  /** Host of the check; default: the agent's host. */
  hostname?: string
  /** Replaces `DD_CARDINALITY` for this check. */
  cardinality?: MetricCardinality
}

/** Options of `childClient()`. */
export interface ChildClientOptions {
  /** Text between the parent's prefix and the metric's name, dot included: `orders.`. */
  prefix?: string
  /** Tags of every metric of the child; a tag replaces the parent's with the same key. */
  tags?: MetricTags
}

/** `tracer.metrics`: the metrics of the process for Prometheus and other scrapers. */
export interface MetricsExposition {
  /** Returns all series as text: OpenMetrics 1.0 (default), or the older format of Prometheus (0.0.4). */
  text(options?: { format?: 'openmetrics' | 'prometheus' }): string
  /**
   * Returns a handler that answers a scrape in the format that its `Accept` header asks for. It fits
   * `http.createServer`, `app.get('/metrics', …)` of Express, and takes `request.raw` and `reply.raw` of Fastify.
   */
  handler(): (request: IncomingMessage, response: ServerResponse) => void
  /**
   * Sets the upper ends of the buckets of a histogram, distribution or timing (seconds) that begins after this call.
   * `name` is the metric's name at the agent, with the prefix.
   */
  setBounds(name: string, bounds: readonly number[]): void
}

type Names = string | readonly string[]
type AnyFunction = (...args: never[]) => unknown

/**
 * Sends metrics to the agent, with the tags `service`, `env`, `version` and `DD_TAGS`. Works before `init()` as well,
 * with the settings of the environment. No call throws or waits. With several `names`, each of these metrics gets the value.
 */
export interface DogStatsd {
  /** Adds `value` (default 1) to a count. */
  increment(names: Names, value?: number, tags?: MetricTags, options?: MetricOptions): void
  /** Subtracts `value` (default 1) from a count. */
  decrement(names: Names, value?: number, tags?: MetricTags, options?: MetricOptions): void
  /** Sets a gauge; the last value before a flush is sent. */
  gauge(names: Names, value: number, tags?: MetricTags, options?: MetricOptions): void
  /** Records a value of which each agent computes average, median, 95th percentile, maximum and count. */
  histogram(names: Names, value: number, tags?: MetricTags, options?: MetricOptions): void
  /** Records a value of which the backend computes percentiles over all hosts. */
  distribution(names: Names, value: number, tags?: MetricTags, options?: MetricOptions): void
  /** Records milliseconds in a histogram. */
  timing(names: Names, milliseconds: number, tags?: MetricTags, options?: MetricOptions): void
  /** Adds a member to a set, whose metric is the number of different members. */
  set(names: Names, value: string | number, tags?: MetricTags, options?: MetricOptions): void
  /** Sends an event. The text is cut to the length of a packet. */
  event(title: string, text?: string, tags?: MetricTags, options?: EventOptions): void
  /** Sends the status of a service check. */
  serviceCheck(
    name: string,
    status: ServiceCheckStatus,
    tags?: MetricTags,
    options?: ServiceCheckOptions,
  ): void
  /** Returns a function like `fn` whose calls are timed, in milliseconds. */
  timer<F extends AnyFunction>(fn: F, names: Names, tags?: MetricTags, options?: MetricOptions): F
  /** Returns a function like `fn`, which returns a promise, whose calls are timed until the promise settles. */
  asyncTimer<F extends AnyFunction>(fn: F, names: Names, tags?: MetricTags, options?: MetricOptions): F
  /** Returns a client with a longer prefix and more tags, which shares everything else with this one. */
  childClient(options?: ChildClientOptions): DogStatsd
  /** Sends all metrics that wait; settles when they have left, at the latest after a second. Never rejects. */
  flush(): Promise<void>
}
