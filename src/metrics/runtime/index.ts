/** Runtime metrics (`runtimeMetrics`): what Node.js does, sent as metrics of the application. */

import { isMainThread, threadId } from 'node:worker_threads'
import type { Config } from '../../core/config/resolve'
import { processTags } from '../../core/process-tags'
import { type Collector, startCollector } from './collector'
import type { Recorder } from './metric'

/** Starts the collection. `recorderWith` creates a client with additional tags. */
export function startRuntimeMetrics(config: Config, recorderWith: (tags: string[]) => Recorder): Collector {
  return startCollector(recorderWith(ownTags(config)), {
    gc: config.runtimeMetricsGc,
    eventLoop: config.runtimeMetricsEventLoop,
    isMainThread,
    intervalMs: config.runtimeMetricsInterval,
  })
}

/**
 * Returns the tags of this thread. Each thread has a heap and loop of its own: without the id they would be one gauge.
 */
function ownTags(config: Config): string[] {
  const tags = config.processTags ? processTags(config).split(',') : []
  if (!isMainThread) tags.push(`thread_id:${threadId}`)
  return tags
}
