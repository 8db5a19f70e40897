/**
 * The tracer's own counters as metrics of telemetry, in the namespace `tracers`. Each message has the increase
 * since the last.
 *
 * | metric | tags | |
 * |---|---|---|
 * | `spans_finished` | | spans of traces that ended: sent or lost |
 * | `trace_chunks_sent` | | |
 * | `trace_chunks_dropped` | `reason` | |
 * | `trace_api.requests` | | with or without an answer |
 * | `trace_api.responses` | `status_code` | |
 * | `trace_api.errors` | `type`: `timeout`, `network`, `status_code` | |
 * | `otel.env.hiding`, `otel.env.invalid` | the two variables | once |
 */

import { otelCounts } from '../../core/config/report'
import type { Config } from '../../core/config/resolve'
import { type Counts, readCounters } from '../../core/tracer-counters'
import type { Series } from './events'

interface Count {
  metric: string
  tags: readonly string[]
  value: number
}

/** The counters that have been reported. */
export class Counters {
  readonly #config: Config
  /** Totals that have been reported, by metric and tags. */
  readonly #told = new Map<string, number>()

  constructor(config: Config) {
    this.#config = config
  }

  /** Returns the counters that have grown, as series over the last `intervalS` seconds. */
  grown(intervalS: number): Series[] {
    const nowS = Math.floor(Date.now() / 1000)
    const series: Series[] = []
    for (const { metric, tags, value } of totals(this.#config)) {
      const by = value - (this.#told.get(keyOf(metric, tags)) ?? 0)
      if (by > 0)
        series.push({ metric, points: [[nowS, by]], interval: intervalS, type: 'count', tags, common: true })
    }
    return series
  }

  /** To be called when the series have arrived. */
  tell(series: readonly Series[]): void {
    for (const { metric, tags, points } of series) {
      const key = keyOf(metric, tags)
      this.#told.set(key, (this.#told.get(key) ?? 0) + points[0][1])
    }
  }
}

function keyOf(metric: string, tags: readonly string[]): string {
  return `${metric} ${tags.join(' ')}`
}

function totals(config: Config): Count[] {
  const { tracesSent, tracesDropped, spansSent, spansDropped, responses, errors } = readCounters()
  const failures: Counts = { timeout: 0, network: 0, status_code: 0 }
  for (const [code, count] of Object.entries(errors)) {
    failures[code === 'ETIMEDOUT' ? 'timeout' : 'network'] += count
  }
  for (const [status, count] of Object.entries(responses))
    if (!status.startsWith('2')) failures.status_code += count
  const plain = (metric: string, value: number): Count => ({ metric, tags: [], value })
  return [
    plain('spans_finished', spansSent + sum(spansDropped)),
    plain('trace_chunks_sent', tracesSent),
    ...tagged('trace_chunks_dropped', 'reason', tracesDropped),
    plain('trace_api.requests', sum(responses) + sum(errors)),
    ...tagged('trace_api.responses', 'status_code', responses),
    ...tagged('trace_api.errors', 'type', failures),
    ...otelCounts(config).map(({ metric, tags }) => ({ metric, tags, value: 1 })),
  ]
}

function tagged(metric: string, tag: string, counts: Counts): Count[] {
  return Object.entries(counts).map(([name, value]) => ({
    metric,
    tags: [`${tag}:${name.replaceAll(' ', '_')}`],
    value,
  }))
}

function sum(counts: Counts): number {
  return Object.values(counts).reduce((total, each) => total + each, 0)
}
