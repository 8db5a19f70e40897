/** CPU time of the process, of all its threads, in percent of one core. */

import type { Recorder, RuntimeMetric } from './metric'

const US_PER_MS = 1000

/** Starts the metric. */
export function cpu(recorder: Recorder): RuntimeMetric {
  let before = process.cpuUsage()
  let beforeMs = performance.now()
  return {
    collect() {
      const usage = process.cpuUsage()
      const nowMs = performance.now()
      const elapsedUs = (nowMs - beforeMs) * US_PER_MS
      const user = usage.user - before.user
      const system = usage.system - before.system
      before = usage
      beforeMs = nowMs
      if (elapsedUs <= 0) return
      recorder.gauge('runtime.node.cpu.user', percent(user, elapsedUs))
      recorder.gauge('runtime.node.cpu.system', percent(system, elapsedUs))
      recorder.gauge('runtime.node.cpu.total', percent(user + system, elapsedUs))
    },
  }
}

/** Returns percent, rounded to two decimals. */
function percent(part: number, whole: number): number {
  return Math.round((part / whole) * 10_000) / 100
}
