/** Number of running worker threads that this thread has started since the tracer started. */

import type { Worker } from 'node:worker_threads'
import type { Recorder, RuntimeMetric } from './metric'

/** Starts the metric. */
export function workerThreads(recorder: Recorder): RuntimeMetric {
  let count = 0
  const onWorker = (worker: Worker): void => {
    count++
    worker.once('exit', () => count--)
  }
  process.on('worker', onWorker)
  return {
    collect() {
      recorder.gauge('runtime.node.worker_threads', count)
    },
    stop() {
      process.removeListener('worker', onWorker)
    },
  }
}
