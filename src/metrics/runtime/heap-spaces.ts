/** Heap of this thread by space: `heap_space:old_space`. */

import { getHeapSpaceStatistics } from 'node:v8'
import type { Recorder, RuntimeMetric } from './metric'

/** Starts the metric. */
export function heapSpaces(recorder: Recorder): RuntimeMetric {
  return {
    collect() {
      for (const space of getHeapSpaceStatistics()) {
        const tags = { heap_space: space.space_name }
        recorder.gauge('runtime.node.heap.size.by.space', space.space_size, tags)
        recorder.gauge('runtime.node.heap.used_size.by.space', space.space_used_size, tags)
        recorder.gauge('runtime.node.heap.available_size.by.space', space.space_available_size, tags)
        recorder.gauge('runtime.node.heap.physical_size.by.space', space.physical_space_size, tags)
      }
    },
  }
}
