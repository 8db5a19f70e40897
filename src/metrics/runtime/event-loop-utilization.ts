/** Share of the time in which this thread's event loop worked rather than waited, 0..1. */

import { performance } from 'node:perf_hooks'
import type { Recorder, RuntimeMetric } from './metric'

/** Starts the metric. */
export function eventLoopUtilization(recorder: Recorder): RuntimeMetric {
  let before = performance.eventLoopUtilization()
  return {
    collect() {
      const now = performance.eventLoopUtilization()
      const { utilization } = performance.eventLoopUtilization(now, before)
      before = now
      recorder.gauge('runtime.node.event_loop.utilization', utilization)
    },
  }
}
