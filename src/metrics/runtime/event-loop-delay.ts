/** How long work waits for this thread's event loop, in nanoseconds. */

import { type EventLoopMonitorOptions, type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { recordDurations } from './durations'
import type { Recorder, RuntimeMetric } from './metric'

/**
 * Time between two samples. Each wakes an idle process: one in 4 ms takes 0.4 % of a core, one in 50 ms takes 0.04 %.
 * Delays longer than the period are always seen, shorter ones in proportion.
 */
const RESOLUTION_MS = 50
const RESOLUTION_NS = RESOLUTION_MS * 1_000_000

/** Records the delay; `node` and `monitor` are for tests. */
export function eventLoopDelay(
  recorder: Recorder,
  node = process.versions.node,
  monitor: (options: EventLoopMonitorOptions) => IntervalHistogram = monitorEventLoopDelay,
): RuntimeMetric {
  const isPerIteration = canSampleIterations(node)
  const options = isPerIteration ? { samplePerIteration: true } : { resolution: RESOLUTION_MS }
  const histogram = monitor(options as EventLoopMonitorOptions)
  // A sample that comes in time comes one period after the last.
  const inTimeNs = isPerIteration ? 0 : RESOLUTION_NS
  const delay = (nanoseconds: number): number => Math.max(0, nanoseconds - inTimeNs)
  histogram.enable()
  return {
    collect() {
      const { count } = histogram
      recordDurations(recorder, 'runtime.node.event_loop.delay', {
        count,
        sum: Math.round(delay(histogram.mean) * count),
        min: delay(histogram.min),
        max: delay(histogram.max),
        median: delay(histogram.percentile(50)),
        percentile95: delay(histogram.percentile(95)),
      })
      histogram.reset()
    },
    stop: () => histogram.disable(),
  }
}

/**
 * True for Node.js 24.19 and 26.5 on, which measure each turn of the loop without a timer; others ignore the option.
 */
export function canSampleIterations(node: string): boolean {
  const [major, minor] = node.split('.').map(Number)
  return (major === 24 && minor >= 19) || (major === 26 && minor >= 5) || major > 26
}
