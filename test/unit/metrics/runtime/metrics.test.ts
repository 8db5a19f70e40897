/** Each runtime metric, against what Node.js itself says, or against what the test does. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { type IntervalHistogram, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { afterEach, test } from 'node:test'
import { setTimeout as passes } from 'node:timers/promises'
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import { countError, countResponse, resetCounters } from '../../../../src/core/tracer-counters'
import { activeResources } from '../../../../src/metrics/runtime/active-resources'
import { cpu } from '../../../../src/metrics/runtime/cpu'
import { canSampleIterations, eventLoopDelay } from '../../../../src/metrics/runtime/event-loop-delay'
import { eventLoopUtilization } from '../../../../src/metrics/runtime/event-loop-utilization'
import { exporter } from '../../../../src/metrics/runtime/exporter'
import { gc } from '../../../../src/metrics/runtime/gc'
import { heap } from '../../../../src/metrics/runtime/heap'
import { heapSpaces } from '../../../../src/metrics/runtime/heap-spaces'
import type { RuntimeMetric } from '../../../../src/metrics/runtime/metric'
import { processMemory } from '../../../../src/metrics/runtime/process-memory'
import { uptime } from '../../../../src/metrics/runtime/uptime'
import { workerThreads } from '../../../../src/metrics/runtime/worker-threads'
import { recorded } from '../../../support/recorded'

const DELAY = 'runtime.node.event_loop.delay'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as (options?: { type: 'minor' }) => void

let running: RuntimeMetric | undefined

afterEach(() => {
  running?.stop?.()
  running = undefined
})

function start(make: (recorder: ReturnType<typeof recorded>['recorder']) => RuntimeMetric) {
  const { recorder, take } = recorded()
  running = make(recorder)
  const metric = running
  return {
    collect() {
      metric.collect()
      return take()
    },
  }
}

const DEADLINE_MS = 20_000

/** Polls until `isMet`. */
async function until(isMet: () => boolean): Promise<void> {
  const endMs = Date.now() + DEADLINE_MS
  while (!isMet()) {
    assert.ok(Date.now() < endMs, `not within ${DEADLINE_MS} ms`)
    await passes(1)
  }
}

test('CPU is the share of one core since the last time, to two decimals', t => {
  let now = 5000
  let usage = { user: 1_000_000, system: 500_000 }
  t.mock.method(performance, 'now', () => now)
  t.mock.method(process, 'cpuUsage', () => usage)
  const { collect } = start(cpu)
  now += 2000
  usage = { user: 1_246_913, system: 1_500_000 }
  assert.deepEqual(collect().gauges, {
    'runtime.node.cpu.user': 12.35,
    'runtime.node.cpu.system': 50,
    'runtime.node.cpu.total': 62.35,
  })
  assert.deepEqual(collect(), { gauges: {}, counts: {} }, 'no time has passed')
  now += 1000
  assert.equal(collect().gauges['runtime.node.cpu.total'], 0)
})

test('memory of the process and the machine, in bytes', () => {
  const { gauges } = start(processMemory).collect()
  assert.deepEqual(Object.keys(gauges), [
    'runtime.node.mem.rss',
    'runtime.node.mem.total',
    'runtime.node.mem.free',
  ])
  assert.ok(gauges['runtime.node.mem.rss'] > getHeapStatistics().used_heap_size)
  assert.ok(gauges['runtime.node.mem.free'] < gauges['runtime.node.mem.total'])
})

test('the uptime is in seconds', () => {
  const before = Math.round(process.uptime())
  const { gauges } = start(uptime).collect()
  const after = Math.round(process.uptime())
  const value = gauges['runtime.node.process.uptime']
  assert.ok(value >= before && value <= after, `${before}, ${value}, ${after}`)
})

test('the heap is reported as V8 reports it', () => {
  const { gauges } = start(heap).collect()
  const used = gauges['runtime.node.mem.heap_used']
  assert.equal(gauges['runtime.node.heap.heap_size_limit'], getHeapStatistics().heap_size_limit)
  assert.equal(gauges['runtime.node.mem.heap_total'], gauges['runtime.node.heap.total_heap_size'])
  assert.ok(used > 0 && used <= gauges['runtime.node.mem.heap_total'])
  const kept = Buffer.alloc(10_000_000)
  const more = start(heap).collect().gauges['runtime.node.mem.external']
  assert.ok(more - gauges['runtime.node.mem.external'] >= kept.length)
})

test('spaces of the heap add up to what V8 says before or after', () => {
  const sumOfSpaces = (): number => getHeapSpaceStatistics().reduce((all, each) => all + each.space_size, 0)
  const before = sumOfSpaces()
  const { gauges } = start(heapSpaces).collect()
  const after = sumOfSpaces()
  const sizes = Object.entries(gauges).filter(([name]) =>
    name.startsWith('runtime.node.heap.size.by.space{heap_space:'),
  )
  const sum = sizes.reduce((all, [, size]) => all + size, 0)
  // A collection may come between two of these lines.
  assert.ok(sum >= Math.min(before, after) && sum <= Math.max(before, after), `${before}, ${sum}, ${after}`)
  assert.equal(Object.keys(gauges).length, sizes.length * 4)
  assert.ok('runtime.node.heap.used_size.by.space{heap_space:old_space}' in gauges)
})

/** A histogram of Node.js with these values, which must be enabled and is empty once it is reset. */
function histogramOf(values: {
  min: number
  mean: number
  max: number
  median: number
  percentile95: number
}) {
  let isEnabled = false
  let count = 4
  return {
    ...values,
    enable: () => (isEnabled = true),
    disable: () => (isEnabled = false),
    reset: () => (count = 0),
    percentile: (share: number) => (share === 50 ? values.median : values.percentile95),
    get count() {
      return isEnabled ? count : 0
    },
  } as unknown as IntervalHistogram
}

test('the delay of the event loop is what exceeds the period of 50 ms, before Node.js measures each turn', () => {
  const histogram = histogramOf({ min: 49e6, mean: 60e6, max: 250e6, median: 50e6, percentile95: 110e6 })
  const { collect } = start(recorder => eventLoopDelay(recorder, '20.18.1', () => histogram))
  assert.deepEqual(collect(), {
    gauges: {
      [`${DELAY}.min`]: 0,
      [`${DELAY}.max`]: 200e6,
      [`${DELAY}.avg`]: 10e6,
      [`${DELAY}.median`]: 0,
      [`${DELAY}.95percentile`]: 60e6,
    },
    counts: { [`${DELAY}.sum`]: 40e6, [`${DELAY}.total`]: 40e6, [`${DELAY}.count`]: 4 },
  })
  assert.deepEqual(collect(), { gauges: {}, counts: {} }, 'nothing is told twice')
})

test('the delay of the event loop is all of it where Node.js measures each turn', () => {
  const histogram = histogramOf({ min: 1e6, mean: 2e6, max: 9e6, median: 2e6, percentile95: 5e6 })
  const { collect } = start(recorder => eventLoopDelay(recorder, '26.5.0', () => histogram))
  const { gauges, counts } = collect()
  assert.deepEqual([gauges[`${DELAY}.min`], gauges[`${DELAY}.max`]], [1e6, 9e6])
  assert.equal(counts[`${DELAY}.sum`], 8e6)
})

test('the delay of the event loop is measured while the loop runs', async () => {
  const { collect } = start(eventLoopDelay)
  // A younger monitor that has samples: the tracer's has as well.
  const own = monitorEventLoopDelay({ resolution: 50 })
  own.enable()
  await until(() => own.count > 1)
  own.disable()
  const { gauges, counts } = collect()
  assert.ok(counts[`${DELAY}.count`] > 0)
  assert.ok(gauges[`${DELAY}.min`] <= gauges[`${DELAY}.max`])
})

test('Node.js measures each turn of the loop from 24.19 and 26.5 on', () => {
  const able = ['24.19.0', '24.21.0', '26.5.0', '26.10.1', '27.0.0']
  const unable = ['20.18.1', '22.23.3', '24.18.9', '25.9.0', '26.4.0']
  assert.deepEqual([...able, ...unable].filter(canSampleIterations), able)
})

test('the utilisation of the event loop is that since the last time', t => {
  let taken = 0
  t.mock.method(performance, 'eventLoopUtilization', (now?: { taken: number }, before?: { taken: number }) =>
    now === undefined ? { taken: ++taken } : { utilization: now.taken + (before?.taken ?? 0) / 100 },
  )
  const { collect } = start(eventLoopUtilization)
  const name = 'runtime.node.event_loop.utilization'
  assert.deepEqual([collect().gauges[name], collect().gauges[name]], [2.01, 3.02])
})

test('collections of garbage are counted by their type', async t => {
  let longestMs = 0
  const own = new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) longestMs = Math.max(longestMs, duration)
  })
  own.observe({ entryTypes: ['gc'] })
  t.after(() => own.disconnect())
  const { collect } = start(gc)
  for (let times = 0; times < 3; times++) collectGarbage()
  for (let times = 0; times < 5; times++) collectGarbage({ type: 'minor' })
  // Observers are told in a later turn, all in the same one.
  await until(() => longestMs > 0)
  const { gauges, counts } = collect()
  const countOf = (type: string) => counts[`runtime.node.gc.pause.by.type.count{gc_type:${type}}`]
  assert.ok(countOf('mark_sweep_compact') >= 3, JSON.stringify(counts))
  assert.ok(countOf('scavenge') >= 5, JSON.stringify(counts))
  const all = counts['runtime.node.gc.pause.count']
  const byType = Object.keys(counts).filter(key => key.startsWith('runtime.node.gc.pause.by.type.count'))
  assert.equal(
    byType.reduce((sum, key) => sum + counts[key], 0),
    all,
  )
  assert.equal(gauges['runtime.node.gc.pause.max'], Math.round(longestMs * 1e6), 'nanoseconds')
  assert.equal(collect().counts['runtime.node.gc.pause.by.type.count{gc_type:mark_sweep_compact}'], undefined)
})

test('active resources are counted by type; a type that is gone is 0', async () => {
  const { collect } = start(activeResources)
  const name = 'runtime.node.active_resources{resource_type:TCPServerWrap}'
  assert.equal(collect().gauges[name], undefined)
  const servers = [createServer().listen(0, '127.0.0.1'), createServer().listen(0, '127.0.0.1')]
  await Promise.all(servers.map(server => once(server, 'listening')))
  assert.equal(collect().gauges[name], 2)
  await Promise.all(servers.map(server => once(server.close(), 'close')))
  // Their handles go in a later turn.
  await until(() => !process.getActiveResourcesInfo().includes('TCPServerWrap'))
  assert.equal(collect().gauges[name], 0)
})

test('running worker threads are counted', async () => {
  const { collect } = start(workerThreads)
  assert.equal(collect().gauges['runtime.node.worker_threads'], 0)
  const worker = new Worker('require("node:worker_threads").parentPort.once("message", () => {})', {
    eval: true,
  })
  await once(worker, 'online')
  assert.equal(collect().gauges['runtime.node.worker_threads'], 1)
  worker.postMessage('end')
  await once(worker, 'exit')
  assert.equal(collect().gauges['runtime.node.worker_threads'], 0)
})

test("the tracer's own requests are counted since the last time", () => {
  resetCounters()
  countResponse(500)
  const { collect } = start(exporter)
  countResponse(200)
  countResponse(200)
  countResponse(500)
  countError('ECONNREFUSED')
  const prefix = 'datadog.tracer.node.exporter.agent.'
  assert.deepEqual(collect().counts, {
    [`${prefix}requests`]: 4,
    [`${prefix}responses`]: 3,
    [`${prefix}responses.by.status{status:200}`]: 2,
    [`${prefix}responses.by.status{status:500}`]: 1,
    [`${prefix}errors`]: 1,
    [`${prefix}errors.by.code{code:ECONNREFUSED}`]: 1,
  })
  assert.deepEqual(collect().counts, {})
  resetCounters()
})
