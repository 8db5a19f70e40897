/** What keeps this thread's event loop alive, by `resource_type`: sockets, servers, timers, requests. */

import type { Recorder, RuntimeMetric } from './metric'

export function activeResources(recorder: Recorder): RuntimeMetric {
  /** Those that once were: a gauge that is not sent again would keep its last value. */
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
