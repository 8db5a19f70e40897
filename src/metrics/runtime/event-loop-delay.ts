/** How long work waits for this thread's event loop, in nanoseconds. */

import { type EventLoopMonitorOptions, monitorEventLoopDelay } from 'node:perf_hooks'
import { recordDurations } from './durations'
import type { Recorder, RuntimeMetric } from './metric'

/**
 * Between two looks. Each wakes an idle process: one in 4 ms takes 0.4 % of a core, one in 50 ms takes 0.04 %. What
 * blocks the loop for longer than that is always seen, shorter delays in proportion.
 */
const RESOLUTION_MS = 50
const RESOLUTION_NS = RESOLUTION_MS * 1_000_000

export function eventLoopDelay(recorder: Recorder, node = process.versions.node): RuntimeMetric {
  const isPerIteration = canSampleIterations(node)
  const options = isPerIteration ? { samplePerIteration: true } : { resolution: RESOLUTION_MS }
  const histogram = monitorEventLoopDelay(options as EventLoopMonitorOptions)
  // A look that comes in time comes after one period.
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

/** Node.js 24.19 and 26.5 measure each turn of the loop and wake nobody; older ones ignore the option. */
export function canSampleIterations(node: string): boolean {
  const [major, minor] = node.split('.').map(Number)
  return (major === 24 && minor >= 19) || (major === 26 && minor >= 5) || major > 26
}
