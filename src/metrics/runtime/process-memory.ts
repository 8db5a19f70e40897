/** Memory of the process, and of the machine. */

import { freemem, totalmem } from 'node:os'
import type { Recorder, RuntimeMetric } from './metric'

/** Starts the metric. */
export function processMemory(recorder: Recorder): RuntimeMetric {
  return {
    collect() {
      recorder.gauge('runtime.node.mem.rss', process.memoryUsage.rss())
      recorder.gauge('runtime.node.mem.total', totalmem())
      recorder.gauge('runtime.node.mem.free', freemem())
    },
  }
}
