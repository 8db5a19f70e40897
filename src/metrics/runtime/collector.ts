/** Asks all runtime metrics from time to time. */

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

type Maker = (recorder: Recorder) => RuntimeMetric

/** Each thread has its own. */
const OF_THREADS: readonly Maker[] = [heap, heapSpaces, activeResources, workerThreads, exporter]
const OF_EVENT_LOOPS: readonly Maker[] = [eventLoopDelay, eventLoopUtilization]
/** The same in all threads: the main one sends them. */
const OF_PROCESSES: readonly Maker[] = [cpu, processMemory, uptime]

export interface CollectorOptions {
  gc: boolean
  eventLoop: boolean
  isMainThread: boolean
  intervalMs: number
}

export interface Collector {
  collect(): void
  stop(): void
}

export function startCollector(recorder: Recorder, options: CollectorOptions): Collector {
  const makers = [
    ...OF_THREADS,
    ...(options.eventLoop ? OF_EVENT_LOOPS : []),
    ...(options.gc ? [gc] : []),
    ...(options.isMainThread ? OF_PROCESSES : []),
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
