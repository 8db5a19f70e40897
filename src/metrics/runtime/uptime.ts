/** Age of the process. */

import type { Recorder, RuntimeMetric } from './metric'

/** Starts the metric. */
export function uptime(recorder: Recorder): RuntimeMetric {
  return {
    collect() {
      recorder.gauge('runtime.node.process.uptime', Math.round(process.uptime()))
    },
  }
}
