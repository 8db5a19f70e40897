/**
 * Number of resources that keep this thread's event loop alive, by `resource_type`: sockets, servers, timers,
 * requests.
 */

import type { Recorder, RuntimeMetric } from './metric'

/** Starts the metric. */
export function activeResources(recorder: Recorder): RuntimeMetric {
  /** Counts of all types seen so far: a gauge that is not sent again as 0 would keep its last value. */
  const counts = new Map<string, number>()
  return {
    collect() {
      for (const type of counts.keys()) counts.set(type, 0)
      for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1)
      for (const [type, count] of counts) {
        recorder.gauge('runtime.node.active_resources', count, { resource_type: type })
      }
    },
  }
}
