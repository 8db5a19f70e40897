import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { burn, cpuMsOf, wallProfiler } from '../../support/profiled'
import { readProfile, sumOf } from '../../support/profiles'

/** Returns the share of `part` in `whole`, in percent. */
const share = (part: number, whole: number) => (100 * part) / whole

function heavy(): void {
  burn(70)
}
function light(): void {
  burn(30)
}

// V8 compiles the loop of `burn` in threads of its own, whose CPU time is in no function.
burn(50)

test('attributes CPU time to the functions that spent it, and the time of sleep to none', async () => {
  const profiler = wallProfiler()
  assert.ok(profiler.start())
  let heavyMs = 0
  let lightMs = 0
  for (let turn = 0; turn < 30; turn++) {
    heavyMs += cpuMsOf(heavy)
    lightMs += cpuMsOf(light)
    await setTimeout(10)
  }
  const samples = readProfile((await profiler.take(false)) as Uint8Array)
  const seenHeavy = sumOf(samples, 'cpu', 'heavy')
  const seenLight = sumOf(samples, 'cpu', 'light')
  const seen = share(seenHeavy, seenHeavy + seenLight)
  const truth = share(heavyMs, heavyMs + lightMs)
  console.log(`heavy: ${seen.toFixed(1)} % of CPU, truth ${truth.toFixed(1)} %`)
  // 3 points on an idle machine; on a busy one V8's sampling thread wakes late.
  assert.ok(Math.abs(seen - truth) < 10, `${seen} against ${truth}`)
  assert.ok(!samples.some(({ stack }) => stack.includes('(idle)')))
  assert.ok(samples.every(({ labels }) => labels['thread name'] !== undefined))
})

test('windows follow one another, and CPU time is in exactly one of them', async () => {
  const profiler = wallProfiler()
  assert.ok(profiler.start())
  assert.equal(profiler.start(), false)
  let spentMs = 0
  const windows: Promise<Uint8Array | undefined>[] = []
  for (let turn = 0; turn < 3; turn++) {
    spentMs += cpuMsOf(heavy)
    windows.push(profiler.take(true))
    await setImmediate()
  }
  windows.push(profiler.take(false))
  const samples = (await Promise.all(windows)).flatMap(bytes => readProfile(bytes as Uint8Array))
  const seenMs = sumOf(samples, 'cpu', 'heavy') / 1e6
  console.log(`three windows: ${seenMs.toFixed(0)} ms of ${spentMs.toFixed(0)} ms`)
  // A window that is lost or counted twice would be a third.
  assert.ok(Math.abs(seenMs - spentMs) < 0.25 * spentMs, `${seenMs} of ${spentMs} ms`)
  assert.equal(await profiler.take(false), undefined)
})

test('starts and stops 100 times', async () => {
  const profiler = wallProfiler()
  for (let turn = 0; turn < 100; turn++) {
    assert.ok(profiler.start())
    burn(1)
    if (turn % 2 === 0) profiler.stop()
    else assert.ok(await profiler.take(false))
  }
})

test('workers have profiles of their own, and may end at any moment', async () => {
  const main = wallProfiler()
  assert.ok(main.start())
  const file = join(__dirname, '..', '..', 'support', 'profiled-worker.js')
  const polite = new Worker(file, { workerData: { ask: true } })
  const [bytes] = (await once(polite, 'message')) as [Uint8Array]
  const samples = readProfile(bytes)
  assert.ok(sumOf(samples, 'cpu', 'workInWorker') > 0)
  assert.ok(samples.every(({ labels }) => labels['thread name']?.startsWith('Worker #')))
  for (let turn = 0; turn < 20; turn++) {
    const killed = new Worker(file, { workerData: { ask: false } })
    await once(killed, 'message')
    await killed.terminate()
  }
  assert.ok(await main.take(false))
})
