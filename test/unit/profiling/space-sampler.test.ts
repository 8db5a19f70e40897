import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { compileFunction } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { SpaceSampler } from '../../../src/profiling/space-sampler'
import { binding } from '../../support/profiled'
import { readLines, readProfile, sumOf } from '../../support/profiles'

const kept: number[][] = []

/** Size of an array of 512 doubles: 4096 bytes and a header of 16, and 32 for the array itself. */
const ARRAY_BYTES = 4096 + 16 + 32

function leak(count: number): void {
  for (let at = 0; at < count; at++) kept.push(new Array(512).fill(0.5))
}

test('attributes a leak to the function that leaks, within 10 %', async () => {
  const profiler = new SpaceSampler(binding(), { intervalBytes: 16_384, depth: 64, allocated: false })
  assert.ok(profiler.start())
  assert.equal(profiler.start(), false)
  leak(10_000)
  const samples = readProfile((await profiler.take(false)) as Uint8Array)
  const seen = sumOf(samples, 'inuse_space', 'leak')
  const truth = kept.length * ARRAY_BYTES
  console.log(`leak: ${(seen / 1e6).toFixed(1)} MB, truth ${(truth / 1e6).toFixed(1)} MB`)
  assert.ok(Math.abs(seen - truth) < 0.1 * truth)
  assert.equal(await profiler.take(true), undefined)
})

test('a stack has the names and beginnings of its functions', async () => {
  const profiler = new SpaceSampler(binding(), { intervalBytes: 1024, depth: 64, allocated: false })
  const text = `
    const make = function () { return new Array(1000).fill(0.5) }
    const nameless = (() => () => make())()
    return nameless()`
  const run = compileFunction(text, [], { filename: 'file:///app/made%20up.js' }) as () => number[]
  const held: number[][] = []
  assert.ok(profiler.start())
  for (let turn = 0; turn < 200; turn++) held.push(run())
  const bytes = (await profiler.take(false)) as Uint8Array
  assert.equal(held.length, 200)
  const lines = readLines(bytes).find(([leaf]) => leaf?.name === 'make')
  assert.deepEqual(
    lines?.slice(0, 2).map(({ name, line, column }) => ({ name, line, column })),
    [
      { name: 'make', line: 2, column: 27 },
      { name: '(anonymous:L#3:C#29)', line: 3, column: 29 },
    ],
  )
})

test('memory outside of the heap has a frame of its own', async () => {
  const profiler = new SpaceSampler(binding(), { intervalBytes: 524_288, depth: 64, allocated: false })
  assert.ok(profiler.start())
  const take = async () =>
    sumOf(readProfile((await profiler.take(true)) as Uint8Array), 'inuse_space', '(external)')
  const before = await take()
  const outside = Buffer.alloc(50_000_000, 1)
  const after = await take()
  profiler.stop()
  // Some of the memory from before may have been freed.
  const seen = after - before
  assert.ok(Math.abs(seen - outside.length) < 0.1 * outside.length, `${before} ${after}`)
})

test('collected objects are counted if the options say so and Node.js can', async () => {
  const profiler = new SpaceSampler(binding(), { intervalBytes: 16_384, depth: 64, allocated: true })
  assert.ok(profiler.start())
  function drop(): number {
    return new Array(512).fill(0.5).length
  }
  for (let turn = 0; turn < 20_000; turn++) drop()
  const [first] = readProfile((await profiler.take(true)) as Uint8Array)
  const samples = readProfile((await profiler.take(false)) as Uint8Array)
  if (Number.parseInt(process.versions.node, 10) < 26) {
    assert.deepEqual(Object.keys(first?.values ?? {}), ['inuse_objects', 'inuse_space'])
    return
  }
  assert.deepEqual(Object.keys(first?.values ?? {}), [
    'inuse_objects',
    'alloc_objects',
    'inuse_space',
    'alloc_space',
  ])
  const seen = sumOf(samples, 'alloc_space', 'drop')
  const truth = 20_000 * ARRAY_BYTES
  console.log(`allocated: ${(seen / 1e6).toFixed(1)} MB, truth ${(truth / 1e6).toFixed(1)} MB`)
  // On a busy machine V8 misses up to an eighth of the objects that are collected soon.
  assert.ok(seen > 0.8 * truth && seen < 1.1 * truth)
  assert.ok(sumOf(samples, 'inuse_space', 'drop') < 0.5 * seen)
})

test('a window that is encoded when its thread ends is dropped', async () => {
  const code = `const { SpaceSampler } = require(${JSON.stringify(require.resolve('../../../src/profiling/space-sampler'))})
    const { binding } = require(${JSON.stringify(require.resolve('../../support/profiled'))})
    const profiler = new SpaceSampler(binding(), { intervalBytes: 1024, depth: 64, allocated: false })
    profiler.start()
    const kept = []
    for (let turn = 0; turn < 20000; turn++) kept.push(new Array(100).fill(0.5))
    for (let turn = 0; turn < 8; turn++) void profiler.take(true)
    process.exit()`
  for (let turn = 0; turn < 10; turn++) {
    const worker = new Worker(code, { eval: true })
    assert.deepEqual(await once(worker, 'exit'), [0])
  }
})

test('starts and stops 100 times', async () => {
  const profiler = new SpaceSampler(binding(), { intervalBytes: 524_288, depth: 64, allocated: true })
  for (let turn = 0; turn < 100; turn++) {
    assert.ok(profiler.start())
    assert.ok(await profiler.take(true))
    assert.ok(await profiler.take(false))
  }
})
