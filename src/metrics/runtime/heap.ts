/** Heap of this thread, as a whole. */

import { getHeapStatistics } from 'node:v8'
import type { Recorder, RuntimeMetric } from './metric'

/** Starts the metric. */
export function heap(recorder: Recorder): RuntimeMetric {
  return {
    collect() {
      const all = getHeapStatistics()
      recorder.gauge('runtime.node.mem.heap_total', all.total_heap_size)
      recorder.gauge('runtime.node.mem.heap_used', all.used_heap_size)
      recorder.gauge('runtime.node.mem.external', all.external_memory)
      recorder.gauge('runtime.node.heap.total_heap_size', all.total_heap_size)
      recorder.gauge('runtime.node.heap.total_heap_size_executable', all.total_heap_size_executable)
      recorder.gauge('runtime.node.heap.total_physical_size', all.total_physical_size)
      recorder.gauge('runtime.node.heap.total_available_size', all.total_available_size)
      recorder.gauge('runtime.node.heap.heap_size_limit', all.heap_size_limit)
      recorder.gauge('runtime.node.heap.malloced_memory', all.malloced_memory)
      recorder.gauge('runtime.node.heap.peak_malloced_memory', all.peak_malloced_memory)
    },
  }
}
