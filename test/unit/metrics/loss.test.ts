/** Below saturation nothing is lost; above it everything that is lost is counted, and memory stays bounded. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient } from '../../../src/metrics/client'
import type { ClientCounters } from '../../../src/metrics/client-counters'
import { MetricsPipeline, type MetricsPipelineOptions } from '../../../src/metrics/pipeline'
import { metricsTo, streamSink, udpSink } from '../../support/dogstatsd'
import { temporaryFolder } from '../../support/temporary'

const LINE = { prefix: '', tags: [], origin: '', cardinality: undefined }
const PACKET = 8192

function pipelineTo(
  endpoint: MetricsPipelineOptions['endpoints'][number],
  queueBytes?: number,
): MetricsPipeline {
  return new MetricsPipeline({
    line: LINE,
    aggregation: true,
    telemetry: false,
    endpoints: [endpoint],
    queueBytes,
  })
}

/** A line that fills a packet. */
function packetLine(index: number): string {
  const start = `n${index}:1|c|#`
  return start + 'x'.repeat(PACKET - start.length)
}

function dropped({ counts }: ClientCounters): number {
  return counts.packets_dropped_queue + counts.packets_dropped_writer
}

test('a hundred thousand values and counts all arrive over UDP, burst by burst', async () => {
  const sink = await udpSink()
  const metrics = metricsTo(sink.port)
  let sum = 0
  for (let burst = 0; burst < 100; burst++) {
    for (let index = 0; index < 1000; index++) {
      metrics.client.distribution('latency', index, { route: `/${index % 7}` })
      metrics.client.increment('orders', index, { route: `/${index % 7}` })
      sum += index
    }
    await new Promise(setImmediate)
  }
  await metrics.flush()
  const values = (name: string) =>
    sink.metrics().flatMap(line => (line.name === name ? line.values.map(Number) : []))
  const total = (all: number[]) => all.reduce((result, each) => result + each, 0)
  await sink.until(() => values('latency').length === 100_000 && values('orders').length === 7)
  assert.equal(total(values('latency')), sum)
  assert.equal(total(values('orders')), sum)
  await metrics.shutdown()
  await sink.close()
})

test('a burst that fills the receiver twice over is spread over turns of the event loop', async () => {
  const sink = await udpSink()
  const pipeline = pipelineTo({ kind: 'udp', host: '127.0.0.1', port: sink.port, lookup: undefined })
  for (let index = 0; index < 50; index++) pipeline.addLine(packetLine(index))
  assert.ok(pipeline.counters.counts.packets_sent < 50)
  await pipeline.flush()
  await sink.until(() => sink.packets.length === 50)
  assert.ok(sink.packets.every(packet => packet.length === PACKET))
  assert.equal(pipeline.counters.counts.packets_sent, 50)
  assert.equal(pipeline.counters.counts.bytes_sent, 50 * PACKET)
  assert.equal(dropped(pipeline.counters), 0)
  await pipeline.close()
  await sink.close()
})

test('a queue that is full loses its oldest packets, and counts them', async () => {
  const path = join(temporaryFolder('dogstatsd-'), 'dsd.socket')
  const pipeline = pipelineTo({ kind: 'unix', path }, 10 * PACKET)
  // Nobody is there yet.
  for (let index = 0; index < 25; index++) pipeline.addLine(packetLine(index))
  await pipeline.flush()
  assert.equal(pipeline.counters.counts.packets_dropped_queue, 15)
  assert.equal(pipeline.counters.counts.bytes_dropped_queue, 15 * PACKET)
  const sink = await streamSink(path)
  await pipeline.flush()
  await sink.until(() => sink.packets.length === 10)
  assert.deepEqual(
    sink.metrics().map(({ name }) => name),
    Array.from({ length: 10 }, (_, index) => `n${index + 15}`),
  )
  assert.equal(pipeline.counters.counts.packets_sent, 10)
  await pipeline.close()
  await sink.close()
})

test('packets to a port where nothing listens are counted', async () => {
  const sink = await udpSink()
  await sink.close()
  const pipeline = pipelineTo({ kind: 'udp', host: '127.0.0.1', port: sink.port, lookup: undefined })
  for (let index = 0; index < 3; index++) {
    pipeline.addLine('x:1|c')
    await pipeline.flush()
    await new Promise(setImmediate)
  }
  assert.ok(dropped(pipeline.counters) >= 2, String(dropped(pipeline.counters)))
  await pipeline.close()
})

test('lines that are too long for a packet are counted, and the rest is sent', async () => {
  const sink = await udpSink()
  const metrics = metricsTo(sink.port)
  const tags = Array.from({ length: 60 }, (_, index) => `k${index}:${'x'.repeat(200)}`)
  metrics.client.increment('long', 1, tags)
  metrics.client.distribution('long', 1, tags)
  metrics.client.increment('short')
  await metrics.flush()
  await sink.until(() => sink.lines().length === 1)
  assert.equal(sink.metrics()[0].name, 'short')
  await metrics.shutdown()
  await sink.close()
})

test('tags that never come again are forgotten, and counts stay whole', async () => {
  const sink = await udpSink()
  const pipeline = pipelineTo({ kind: 'udp', host: '127.0.0.1', port: sink.port, lookup: undefined })
  const scope = { prefix: '', tags: [] }
  const client = createClient({
    pipeline: () => pipeline,
    scope: () => scope,
    scraped: {},
    flush: () => pipeline.flush(),
  })
  const before = pipeline.lookupNodes
  let mostNodes = 0
  for (let index = 0; index < 50_000; index++) {
    client.increment('requests', 1, { id: index })
    client.increment('all')
    mostNodes = Math.max(mostNodes, pipeline.lookupNodes.count)
    if (index % 500 === 0) await client.flush()
  }
  await client.flush()
  assert.notEqual(pipeline.lookupNodes, before)
  assert.ok(mostNodes <= 20_002, String(mostNodes))
  const sum = (name: string) =>
    sink
      .metrics()
      .filter(line => line.name === name)
      .reduce((total, line) => total + Number(line.values[0]), 0)
  await sink.until(() => sum('requests') === 50_000)
  assert.equal(sum('all'), 50_000)
  await pipeline.close()
  await sink.close()
})
