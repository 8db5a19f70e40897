/** A worker that profiles itself: hands its profile over when it is asked to, else works until it is killed. */

import { parentPort, workerData } from 'node:worker_threads'
import { spin, wallProfiler } from './profiled'

function workInWorker(): void {
  spin(20)
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
