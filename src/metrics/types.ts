/** What an application sees of the DogStatsD client, and of those who scrape. */

import type { IncomingMessage, ServerResponse } from 'node:http'

/** `{ route: '/users', status: 200 }` or `['route:/users', 'canary']`. */
export type MetricTags =
  | Readonly<Record<string, string | number | bigint | boolean | null | undefined>>
  | readonly string[]

/** How many tags of its origin (container, pod, …) the agent adds to a metric. */
export type MetricCardinality = 'none' | 'low' | 'orchestrator' | 'high'

export interface MetricOptions {
  /** Share of the calls that are sent, 0..1. Only of types that are not aggregated here, where nothing is lost by it. */
  sampleRate?: number
  /** When it was measured, as a date or in seconds since 1970: of counts and gauges, which are then sent as they are. */
  timestamp?: number | Date
  cardinality?: MetricCardinality
}

export interface EventOptions {
  alertType?: 'info' | 'success' | 'warning' | 'error'
  priority?: 'normal' | 'low'
  /** A date, or seconds since 1970. */
  timestamp?: number | Date
  hostname?: string
  /** Events with the same key are shown together. */
  aggregationKey?: string
  sourceType?: string
  cardinality?: MetricCardinality
}

export type ServiceCheckStatus = 'ok' | 'warning' | 'critical' | 'unknown' | 0 | 1 | 2 | 3

export interface ServiceCheckOptions {
  message?: string
  /** A date, or seconds since 1970. */
  timestamp?: number | Date
  hostname?: string
  cardinality?: MetricCardinality
}

export interface ChildClientOptions {
  /** Goes between the prefix of the parent and the name, as it is: `orders.`. */
  prefix?: string
  /** Replace tags of the parent with the same key. */
  tags?: MetricTags
}

export interface MetricsExposition {
  /** All series as text: OpenMetrics 1.0, or the older format of Prometheus (0.0.4). */
  text(options?: { format?: 'openmetrics' | 'prometheus' }): string
  /**
   * Answers a scrape in the format that its `Accept` header asks for: for `http.createServer`, `app.get('/metrics', …)` of
   * Express, or with `request.raw` and `reply.raw` of Fastify.
   */
  handler(): (request: IncomingMessage, response: ServerResponse) => void
  /**
   * Upper ends of the buckets of a histogram, distribution or timing (seconds) that begins after this call. `name`: as the
   * agent sees it, with the prefix.
   */
  setBounds(name: string, bounds: readonly number[]): void
}

type Names = string | readonly string[]
type AnyFunction = (...args: never[]) => unknown

/**
 * Metrics for the agent, with the tags `service`, `env`, `version` and `DD_TAGS`. Works before `init()` as well, with the
 * settings of the environment. No call throws or waits; `names`: the same for each of several metrics.
 */
export interface DogStatsd {
  increment(names: Names, value?: number, tags?: MetricTags, options?: MetricOptions): void
  decrement(names: Names, value?: number, tags?: MetricTags, options?: MetricOptions): void
  gauge(names: Names, value: number, tags?: MetricTags, options?: MetricOptions): void
  /** Average, median, 95th percentile, maximum and count, computed by each agent. */
  histogram(names: Names, value: number, tags?: MetricTags, options?: MetricOptions): void
  /** Percentiles over all hosts. */
  distribution(names: Names, value: number, tags?: MetricTags, options?: MetricOptions): void
  /** A histogram of milliseconds. */
  timing(names: Names, milliseconds: number, tags?: MetricTags, options?: MetricOptions): void
  /** How many different values there are. */
  set(names: Names, value: string | number, tags?: MetricTags, options?: MetricOptions): void
  event(title: string, text?: string, tags?: MetricTags, options?: EventOptions): void
  serviceCheck(
    name: string,
    status: ServiceCheckStatus,
    tags?: MetricTags,
    options?: ServiceCheckOptions,
  ): void
  /** A function like `fn` whose calls are timed. */
  timer<F extends AnyFunction>(fn: F, names: Names, tags?: MetricTags, options?: MetricOptions): F
  /** The same for a function that returns a promise: until that settles. */
  asyncTimer<F extends AnyFunction>(fn: F, names: Names, tags?: MetricTags, options?: MetricOptions): F
  /** A client with a longer prefix and more tags, which shares everything else. */
  childClient(options?: ChildClientOptions): DogStatsd
  /** Sends what there is; settles when it has left, at the latest after a second. Never rejects. */
  flush(): Promise<void>
}
