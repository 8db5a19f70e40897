/**
 * Records the durations of an interval as series of a histogram: `.min`, `.max`, `.avg`, `.median`, `.95percentile`,
 * `.sum`, …
 */

import { createHistogram } from 'node:perf_hooks'
import type { MetricTags } from '../types'
import type { Recorder } from './metric'

/** Statistics of an interval, in whole nanoseconds. */
export interface Durations {
  count: number
  sum: number
  min: number
  max: number
  median: number
  percentile95: number
}

/** Longest duration that is told apart: an hour. With two digits a histogram takes 36 KiB. */
const HIGHEST_NS = 3_600_000_000_000
const DIGITS = 2

/** Collects durations; percentiles are right to a hundredth, everything else is exact. */
export class DurationStats {
  readonly #histogram = createHistogram({ lowest: 1, highest: HIGHEST_NS, figures: DIGITS })
  #count = 0
  #sum = 0
  #min = Number.POSITIVE_INFINITY
  #max = 0

  add(nanoseconds: number): void {
    const whole = Math.round(Math.min(Math.max(nanoseconds, 0), HIGHEST_NS))
    // The histogram cannot record zero.
    this.#histogram.record(Math.max(whole, 1))
    this.#count++
    this.#sum += whole
    this.#min = Math.min(this.#min, whole)
    this.#max = Math.max(this.#max, whole)
  }

  /** Returns the statistics since the last call, and starts anew. */
  take(): Durations {
    const taken = {
      count: this.#count,
      sum: this.#sum,
      min: this.#min,
      max: this.#max,
      median: this.#within(this.#histogram.percentile(50)),
      percentile95: this.#within(this.#histogram.percentile(95)),
    }
    this.#histogram.reset()
    this.#count = 0
    this.#sum = 0
    this.#min = Number.POSITIVE_INFINITY
    this.#max = 0
    return taken
  }

  /** Limits a percentile to the maximum, since the histogram answers with the upper end of a range. */
  #within(nanoseconds: number): number {
    return Math.min(nanoseconds, this.#max)
  }
}

/** Records the series of an interval; none if nothing happened in it. */
export function recordDurations(recorder: Recorder, name: string, all: Durations, tags?: MetricTags): void {
  if (all.count === 0) return
  recorder.gauge(`${name}.min`, all.min, tags)
  recorder.gauge(`${name}.max`, all.max, tags)
  recorder.gauge(`${name}.avg`, Math.round(all.sum / all.count), tags)
  recorder.gauge(`${name}.median`, all.median, tags)
  recorder.gauge(`${name}.95percentile`, all.percentile95, tags)
  recorder.increment(`${name}.sum`, all.sum, tags)
  recorder.increment(`${name}.total`, all.sum, tags)
  recorder.increment(`${name}.count`, all.count, tags)
}
