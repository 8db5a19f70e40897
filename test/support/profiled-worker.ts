/** A worker that profiles itself: posts its profile if `workerData.ask` is set, else works until it is terminated. */

import { parentPort, workerData } from 'node:worker_threads'
import { burn, wallProfiler } from './profiled'

function workInWorker(): void {
  burn(20)
}

async function main(): Promise<void> {
  const profiler = wallProfiler()
  if (!profiler.start()) throw new Error('the profiler does not start')
  for (let turn = 0; turn < 10; turn++) workInWorker()
  if (workerData.ask) {
    parentPort?.postMessage(await profiler.take(false))
    return
  }
  void profiler.take(true)
  parentPort?.postMessage('working')
  setInterval(workInWorker, 1)
}

void main()
