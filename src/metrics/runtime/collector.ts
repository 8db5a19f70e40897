/** Collects all runtime metrics at an interval. */

import { runDetached } from '../../core/detached-context'
import { fence } from '../../core/fence'
import { every } from '../../std/timer'
import { activeResources } from './active-resources'
import { cpu } from './cpu'
import { eventLoopDelay } from './event-loop-delay'
import { eventLoopUtilization } from './event-loop-utilization'
import { exporter } from './exporter'
import { gc } from './gc'
import { heap } from './heap'
import { heapSpaces } from './heap-spaces'
import type { Recorder, RuntimeMetric } from './metric'
import { processMemory } from './process-memory'
import { uptime } from './uptime'
import { workerThreads } from './worker-threads'

type MetricOpener = (recorder: Recorder) => RuntimeMetric

/** Metrics that each thread has for itself. */
const THREAD_METRICS: readonly MetricOpener[] = [heap, heapSpaces, activeResources, workerThreads, exporter]
const EVENT_LOOP_METRICS: readonly MetricOpener[] = [eventLoopDelay, eventLoopUtilization]
/** Metrics that are equal in all threads: only the main thread sends these. */
const PROCESS_METRICS: readonly MetricOpener[] = [cpu, processMemory, uptime]

/** Options of the collection of runtime metrics. */
export interface CollectorOptions {
  gc: boolean
  eventLoop: boolean
  isMainThread: boolean
  intervalMs: number
}

/** A running collection. */
export interface Collector {
  collect(): void
  stop(): void
}

/** Starts all metrics that the options select, and collects at the interval. */
export function startCollector(recorder: Recorder, options: CollectorOptions): Collector {
  const makers = [
    ...THREAD_METRICS,
    ...(options.eventLoop ? EVENT_LOOP_METRICS : []),
    ...(options.gc ? [gc] : []),
    ...(options.isMainThread ? PROCESS_METRICS : []),
  ]
  const metrics = runDetached(() => makers.map(make => fence('runtime metrics', () => make(recorder))))
  const collect = (): void => {
    for (const metric of metrics) fence('runtime metrics', () => metric?.collect())
  }
  const timer = runDetached(every, collect, options.intervalMs)
  return {
    collect,
    stop() {
      clearInterval(timer)
      for (const metric of metrics) fence('runtime metrics', () => metric?.stop?.())
    },
  }
}
