import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { test } from 'node:test'
import { endsWithin } from '../../../src/core/deadline'
import { Profiler, type ProfilerParts } from '../../../src/profiling/profiler'
import type { ProfileExporter, ProfileSet, ProfileType, Sampler } from '../../../src/profiling/types'

/** A sampler whose profiles are the numbers of its windows. */
class CountingSampler implements Sampler {
  readonly type: ProfileType
  window = 0
  isRunning = false

  constructor(type: ProfileType) {
    this.type = type
  }
  start(): boolean {
    this.isRunning = true
    return true
  }
  async take(again: boolean): Promise<Uint8Array | undefined> {
    if (!this.isRunning) return undefined
    this.isRunning = again
    return Uint8Array.of(this.window++)
  }
  stop(): void {
    this.isRunning = false
  }
}

/** An exporter that keeps the sets. If `isSlow`, each export lasts until `letGo()`. */
class Collector implements ProfileExporter {
  readonly sets: ProfileSet[] = []
  readonly #events = new EventEmitter()
  isSlow = false

  async export(set: ProfileSet): Promise<void> {
    this.sets.push(set)
    this.#events.emit('set')
    if (this.isSlow) await once(this.#events, 'go')
  }
  exportNow(set: ProfileSet): void {
    this.sets.push(set)
  }
  async next(): Promise<void> {
    assert.ok(await endsWithin(once(this.#events, 'set'), 60_000))
  }
  letGo(): void {
    this.#events.emit('go')
  }
}

function profilerOf(samplers: readonly Sampler[], overrides: Partial<ProfilerParts> = {}) {
  const collector = new Collector()
  const followed: string[] = []
  const profiler = new Profiler({
    samplers,
    exporters: [collector],
    periodMs: 60_000,
    takeCounts: () => ({ 'GET /': 1 }),
    sources: { map: async bytes => bytes, hasMissing: false },
    follow: () => {
      followed.push('begun')
      return () => followed.push('ended')
    },
    ...overrides,
  })
  return { profiler, collector, followed }
}

const windowsOf = ({ sets }: Collector, type: ProfileType = 'wall') =>
  sets.map(({ files }) => files[type]?.[0])

test('windows are exported in order, and the last one when the profiler stops', async () => {
  const wall = new CountingSampler('wall')
  const { profiler, collector, followed } = profilerOf([wall])
  assert.equal(profiler.start(), true)
  assert.deepEqual(followed, ['begun'])
  await profiler.cut('periodic')
  await profiler.stop(60_000)
  assert.deepEqual(windowsOf(collector), [0, 1])
  assert.deepEqual(
    collector.sets.map(({ snapshot, number }) => [snapshot, number]),
    [
      ['periodic', 0],
      ['on_shutdown', 1],
    ],
  )
  const [first, second] = collector.sets
  assert.equal(first.endMs, second.startMs)
  assert.deepEqual(first.endpointCounts, { 'GET /': 1 })
  assert.equal(wall.isRunning, false)
  assert.deepEqual(followed, ['begun', 'ended'])
})

test('a window is exported for each period', async () => {
  const { profiler, collector } = profilerOf([new CountingSampler('wall')], { periodMs: 5 })
  profiler.start()
  await collector.next()
  await collector.next()
  await profiler.stop(60_000)
  assert.deepEqual(windowsOf(collector).slice(0, 2), [0, 1])
})

test('one export is under way at a time; one set waits, and a newer one replaces it', async () => {
  const { profiler, collector } = profilerOf([new CountingSampler('wall')])
  collector.isSlow = true
  profiler.start()
  const cuts = [profiler.cut('periodic'), profiler.cut('periodic'), profiler.cut('periodic')]
  await collector.next()
  assert.deepEqual(windowsOf(collector), [0])
  const second = collector.next()
  collector.letGo()
  await second
  assert.deepEqual(windowsOf(collector), [0, 2])
  collector.isSlow = false
  collector.letGo()
  await Promise.all(cuts)
  await profiler.stop(60_000)
  assert.deepEqual(windowsOf(collector), [0, 2, 3])
})

test('the profiler stops though an export never ends', async () => {
  const { profiler, collector } = profilerOf([new CountingSampler('wall')])
  collector.isSlow = true
  profiler.start()
  await profiler.stop(20)
  assert.deepEqual(windowsOf(collector), [0])
  collector.letGo()
})

test('profiles of other samplers are kept when one fails', async () => {
  const broken = new CountingSampler('space')
  broken.take = () => Promise.reject(new Error('meant'))
  const { profiler, collector } = profilerOf([broken, new CountingSampler('wall')])
  profiler.start()
  await profiler.cut('periodic')
  assert.deepEqual(Object.keys(collector.sets[0].files), ['wall'])
  await profiler.stop(60_000)
})

test('a capture starts and ends a profiler that is not running, and exports nothing', async () => {
  const wall = new CountingSampler('wall')
  const { profiler, collector, followed } = profilerOf([wall])
  assert.deepEqual(await profiler.capture(1), { wall: Uint8Array.of(0) })
  assert.equal(wall.isRunning, false)
  assert.deepEqual([collector.sets, followed], [[], ['begun', 'ended']])
})

test('a capture of a running profiler is a window of its own, which is exported as well', async () => {
  const { profiler, collector } = profilerOf([new CountingSampler('wall')])
  profiler.start()
  const [first, second] = await Promise.all([profiler.capture(1), profiler.capture(1)])
  assert.deepEqual([first.wall?.[0], second.wall?.[0]], [1, 3])
  await profiler.stop(60_000)
  assert.deepEqual(windowsOf(collector), [0, 1, 2, 3, 4])
})

test('a capture ends when the profiler stops', async () => {
  const { profiler, collector } = profilerOf([new CountingSampler('wall')])
  profiler.start()
  const captured = profiler.capture(600_000)
  await collector.next()
  await profiler.stop(60_000)
  assert.equal((await captured).wall?.[0], 1)
  assert.deepEqual(windowsOf(collector), [0, 1, 2])
})

test('samplers that end synchronously are exported while the process exits', () => {
  const wall: Sampler = Object.assign(new CountingSampler('wall'), { finish: () => Uint8Array.of(7) })
  const { profiler, collector, followed } = profilerOf([new CountingSampler('space'), wall])
  profiler.start()
  profiler.finish()
  const [{ files, snapshot }] = collector.sets
  assert.deepEqual([files, snapshot], [{ wall: Uint8Array.of(7) }, 'on_shutdown'])
  assert.equal(profiler.isRunning, false)
  assert.deepEqual(followed, ['begun', 'ended'])
})

test('a profiler without samplers does not start, and captures nothing', async () => {
  const { profiler } = profilerOf([])
  assert.equal(profiler.start(), false)
  assert.deepEqual(await profiler.capture(1), {})
})
