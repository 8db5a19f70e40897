/** Each runtime metric, against what Node.js itself says, or against what the test does. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, test } from 'node:test'
import { setTimeout as passes } from 'node:timers/promises'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
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

/** Works until the process has used so much CPU. */
function work(cpuMs: number): void {
  const before = process.cpuUsage().user
  while (process.cpuUsage().user - before < cpuMs * 1000);
}

test('CPU is the share of one core since the last time, to two decimals', () => {
  const before = process.cpuUsage()
  const beforeMs = performance.now()
  const { collect } = start(cpu)
  work(50)
  const { gauges } = collect()
  const total = gauges['runtime.node.cpu.total']
  const most = process.cpuUsage(before)
  // What was measured around it is no less.
  assert.ok(total * (performance.now() - beforeMs) <= ((most.user + most.system) / 1000) * 101 + 5)
  assert.ok(total > 0)
  const parts = gauges['runtime.node.cpu.user'] + gauges['runtime.node.cpu.system']
  assert.ok(Math.abs(parts - total) < 0.011, `${parts} of ${total}`)
  for (const value of Object.values(gauges)) assert.equal(value, Math.round(value * 100) / 100)
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
  const { gauges } = start(uptime).collect()
  assert.ok(Math.abs(gauges['runtime.node.process.uptime'] - process.uptime()) <= 1)
})

test('the heap is that of V8', () => {
  const { gauges } = start(heap).collect()
  const used = gauges['runtime.node.mem.heap_used']
  assert.equal(gauges['runtime.node.heap.heap_size_limit'], getHeapStatistics().heap_size_limit)
  assert.equal(gauges['runtime.node.mem.heap_total'], gauges['runtime.node.heap.total_heap_size'])
  assert.ok(used > 0 && used <= gauges['runtime.node.mem.heap_total'])
  const kept = Buffer.alloc(10_000_000)
  const more = start(heap).collect().gauges['runtime.node.mem.external']
  assert.ok(more - gauges['runtime.node.mem.external'] >= kept.length)
})

test('spaces of the heap add up to the heap', () => {
  const { gauges } = start(heapSpaces).collect()
  const sizes = Object.entries(gauges).filter(([name]) =>
    name.startsWith('runtime.node.heap.size.by.space{heap_space:'),
  )
  const sum = sizes.reduce((all, [, size]) => all + size, 0)
  const whole = getHeapStatistics().total_heap_size
  assert.ok(Math.abs(sum - whole) < whole / 5, `${sum} of ${whole}`)
  assert.equal(Object.keys(gauges).length, sizes.length * 4)
  assert.ok('runtime.node.heap.used_size.by.space{heap_space:old_space}' in gauges)
})

test('the delay of the event loop is what blocked it', async () => {
  const { collect } = start(eventLoopDelay)
  // The first look has nothing to compare with.
  for (let turns = 0; turns < 5; turns++) await passes(60)
  const before = performance.now()
  work(200)
  const blockedNs = (performance.now() - before) * 1e6
  for (let turns = 0; turns < 3; turns++) await passes(60)
  const { gauges, counts } = collect()
  const max = gauges[`${DELAY}.max`]
  assert.ok(max > blockedNs - 60e6, `${max} of ${blockedNs}`)
  assert.ok(gauges[`${DELAY}.min`] <= gauges[`${DELAY}.median`])
  assert.ok(gauges[`${DELAY}.median`] <= gauges[`${DELAY}.95percentile`])
  assert.ok(gauges[`${DELAY}.median`] < max / 2)
  // A look that comes in time is no delay: the period is 50 ms.
  assert.ok(gauges[`${DELAY}.min`] < 50e6, String(gauges[`${DELAY}.min`]))
  assert.ok(counts[`${DELAY}.count`] >= 3)
  assert.equal(counts[`${DELAY}.sum`], counts[`${DELAY}.total`])
  assert.ok(Math.abs(counts[`${DELAY}.sum`] / counts[`${DELAY}.count`] - gauges[`${DELAY}.avg`]) <= 1)
  // Taken: the same is not told twice.
  assert.deepEqual(collect(), { gauges: {}, counts: {} })
})

test('Node.js measures each turn of the loop from 24.19 and 26.5 on', () => {
  const able = ['24.19.0', '24.21.0', '26.5.0', '26.10.1', '27.0.0']
  const unable = ['20.18.1', '22.23.3', '24.18.9', '25.9.0', '26.4.0']
  assert.deepEqual([...able, ...unable].filter(canSampleIterations), able)
})

test('the utilisation of the event loop is that since the last time', async () => {
  const { collect } = start(eventLoopUtilization)
  await passes(1)
  work(30)
  await passes(1)
  const busy = collect().gauges['runtime.node.event_loop.utilization']
  await passes(100)
  const idle = collect().gauges['runtime.node.event_loop.utilization']
  assert.ok(busy > 0 && busy <= 1, String(busy))
  assert.ok(idle < busy, `${idle} after ${busy}`)
})

test('collections of garbage are counted by their type', async () => {
  const { collect } = start(gc)
  for (let times = 0; times < 3; times++) collectGarbage()
  for (let times = 0; times < 5; times++) collectGarbage({ type: 'minor' })
  // The observer is told in a later turn.
  await passes(10)
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
  // Nanoseconds: a whole collection takes more than ten microseconds, and less than a minute.
  assert.ok(gauges['runtime.node.gc.pause.max'] > 10_000 && gauges['runtime.node.gc.pause.max'] < 60e9)
  assert.equal(collect().counts['runtime.node.gc.pause.by.type.count{gc_type:mark_sweep_compact}'], undefined)
})

test('active resources are counted by type, and those that are gone are 0', async () => {
  const { collect } = start(activeResources)
  const name = 'runtime.node.active_resources{resource_type:TCPServerWrap}'
  assert.equal(collect().gauges[name], undefined)
  const servers = [createServer().listen(0, '127.0.0.1'), createServer().listen(0, '127.0.0.1')]
  await Promise.all(servers.map(server => once(server, 'listening')))
  assert.equal(collect().gauges[name], 2)
  await Promise.all(servers.map(server => once(server.close(), 'close')))
  // Their handles go in a later turn.
  while (process.getActiveResourcesInfo().includes('TCPServerWrap')) await passes(1)
  assert.equal(collect().gauges[name], 0)
})

test('worker threads are those that run', async () => {
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
