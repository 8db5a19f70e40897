/**
 * A program that leaks until its watched heap is full: `node leaking.js [option]...`. `off`: without the watch;
 * `worker`: a worker leaks; `workers`: ten workers leak one after the other, in large steps.
 */

import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { resolveConfig } from '../../src/core/config/resolve'
import { watchHeapLimit } from '../../src/profiling/oom'
import { SpaceSampler } from '../../src/profiling/space-sampler'
import { binding } from './profiled'

const kept: number[][] = []

/** Others allocate as well, and keep nothing. */
function useAndDrop(): number {
  return new Array(2000).fill(0.5).length
}

/** Leaks in turns of the event loop, since Node.js 24 and later cannot end a worker that never returns to it. */
function leakUntilFull(): void {
  for (let turn = 0; turn < 1000; turn++) {
    kept.push(new Array(100).fill(0.5))
    useAndDrop()
  }
  setImmediate(leakUntilFull)
}

function watch(): void {
  const addOn = binding()
  new SpaceSampler(addOn, { intervalBytes: 65_536, depth: 64, allocated: false }).start()
  watchHeapLimit(addOn, resolveConfig({}, process.env), {
    tracerVersion: '1.2.3',
    activation: 'manual',
    engine: 'native',
    types: ['space'],
    isContextFrame: false,
    labelKeys: [],
  })
}

/** More at once than the room that Node makes for a worker to end in. */
function leakInLargeSteps(): void {
  for (let turn = 0; turn < 200; turn++) kept.push(new Array(10_000).fill(turn + 0.5))
  setImmediate(leakInLargeSteps)
}

async function runWorker(steps: string): Promise<void> {
  const resourceLimits = { maxOldGenerationSizeMb: steps === 'large' ? 32 : 48 }
  const worker = new Worker(__filename, { resourceLimits, workerData: steps })
  worker.on('error', (error: NodeJS.ErrnoException) =>
    process.stdout.write(`the worker ended: ${error.code}\n`),
  )
  await new Promise(resolve => worker.once('exit', resolve))
}

async function main(): Promise<void> {
  if (process.argv.includes('worker')) await runWorker('small')
  else if (process.argv.includes('workers')) for (let at = 0; at < 10; at++) await runWorker('large')
  else leak()
}

function leak(): void {
  if (!process.argv.includes('off')) watch()
  if (workerData === 'large') leakInLargeSteps()
  else leakUntilFull()
}

if (isMainThread) void main()
else leak()
