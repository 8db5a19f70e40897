/** A program that leaks until its heap is full, and is watched: `node leaking.js [worker]`; `off` = without the watch. */

import { isMainThread, Worker } from 'node:worker_threads'
import { resolveConfig } from '../../src/core/config/resolve'
import { watchHeapLimit } from '../../src/profiling/oom'
import { SpaceProfiler } from '../../src/profiling/space-profiler'
import { binding } from './profiled'

const kept: number[][] = []

/** Others allocate as well, and keep nothing. */
function useAndDrop(): number {
  return new Array(2000).fill(0.5).length
}

/** In turns: Node.js 24 and later cannot end a worker that never comes back to the event loop. */
function leakUntilFull(): void {
  for (let turn = 0; turn < 1000; turn++) {
    kept.push(new Array(100).fill(0.5))
    useAndDrop()
  }
  setImmediate(leakUntilFull)
}

function watch(): void {
  const addOn = binding()
  new SpaceProfiler(addOn, { intervalBytes: 65_536, depth: 64, allocated: false }).start()
  watchHeapLimit(addOn, resolveConfig({}, process.env), {
    tracerVersion: '1.2.3',
    activation: 'manual',
    engine: 'native',
    types: ['space'],
    isContextFrame: false,
    labelKeys: [],
  })
}

if (isMainThread && process.argv.includes('worker')) {
  const worker = new Worker(__filename, { resourceLimits: { maxOldGenerationSizeMb: 48 } })
  worker.on('error', (error: NodeJS.ErrnoException) =>
    process.stdout.write(`the worker ended: ${error.code}\n`),
  )
} else {
  if (!process.argv.includes('off')) watch()
  leakUntilFull()
}
