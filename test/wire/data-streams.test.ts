/** The bytes of data streams, read back by msgpackr and by the published definition of sketches. */

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Unpackr } from 'msgpackr'
import { resolveConfig } from '../../src/core/config/resolve'
import { Transport } from '../../src/core/transport'
import { openDataStreams } from '../../src/export/data-streams/index'

interface Sent {
  request: IncomingMessage
  // biome-ignore lint/suspicious/noExplicitAny: read as it comes
  body: any
}

const proto = require('@datadog/sketches-js/dist/ddsketch/proto/compiled.js')

/** Returns count and weighted mean of a sketch, by the published message. */
function readSketch(bytes: Uint8Array): { count: number; mean: number } {
  const sketch = proto.DDSketch.decode(bytes)
  const { contiguousBinCounts, contiguousBinIndexOffset } = sketch.positiveValues
  let count = sketch.zeroCount
  let sum = 0
  for (const [index, bin] of contiguousBinCounts.entries()) {
    // The agent takes bin k for [γ^k, γ^(k+1)).
    const value =
      (sketch.mapping.gamma ** (contiguousBinIndexOffset + index) * (1 + sketch.mapping.gamma)) / 2
    count += bin
    sum += bin * value
  }
  return { count, mean: sum / count }
}

test('pipeline statistics: identity, points with sketches of seconds, backlogs', async t => {
  const received = deferred<Sent>()
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', part => parts.push(part))
    request.on('end', () => {
      response.end()
      const body = new Unpackr({ int64AsType: 'bigint', mapsAsObjects: true, useRecords: false }).unpack(
        gunzipSync(Buffer.concat(parts)),
      )
      received.resolve({ request, body })
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const transport = new Transport(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  t.after(() => transport.close())
  const config = resolveConfig({ service: 'shop', env: 'test', version: '1.2.3', tags: { team: 'a' } }, {})
  const monitor = openDataStreams(config, '9.9.9', transport)
  const nowMs = Date.now()
  const parent = {
    hash: Buffer.from('0102030405060708', 'hex'),
    startMs: nowMs - 5000,
    edgeStartMs: nowMs - 2000,
  }
  const tags = ['type:kafka', 'direction:in', 'topic:orders']
  const { hash } = monitor.checkpoint(tags, parent, 1000)
  monitor.checkpoint(tags, parent, 1000)
  monitor.backlog(['type:kafka_commit', 'partition:0'], 41)
  monitor.backlog(['partition:0', 'type:kafka_commit'], 42)
  await monitor.shutdown(5000)
  assert.equal(monitor.isPending, false)

  const { request, body } = await received.promise
  assert.equal(request.method, 'POST')
  assert.equal(request.url, '/v0.1/pipeline_stats')
  assert.equal(request.headers['content-type'], 'application/msgpack')
  assert.equal(request.headers['content-encoding'], 'gzip')
  assert.equal(request.headers['datadog-meta-lang'], 'javascript')
  assert.equal(request.headers['datadog-meta-tracer-version'], '9.9.9')
  const { Stats: buckets, ProcessTags: processTags, ...identity } = body
  assert.deepEqual(identity, {
    Env: 'test',
    Service: 'shop',
    Version: '1.2.3',
    TracerVersion: '9.9.9',
    Lang: 'javascript',
    Tags: ['team:a'],
  })
  assert.ok(Array.isArray(processTags))
  const [bucket] = buckets
  assert.equal(bucket.Duration, 10_000_000_000n)
  assert.equal(bucket.Start % 10_000_000_000n, 0n)
  assert.ok(bucket.Start <= BigInt(Date.now()) * 1_000_000n)
  const [point, ...others] = bucket.Stats
  assert.equal(others.length, 0)
  assert.equal(point.Hash, Buffer.from(hash).readBigUInt64LE())
  assert.equal(point.ParentHash, 0x0807060504030201n)
  assert.deepEqual(point.EdgeTags, ['direction:in', 'topic:orders', 'type:kafka'])
  for (const [name, expected] of [
    ['EdgeLatency', 2],
    ['PathwayLatency', 5],
    ['PayloadSize', 1000],
  ] as const) {
    const { count, mean } = readSketch(point[name])
    assert.equal(count, 2)
    assert.ok(Math.abs(mean / expected - 1) < 0.05, `${name}: ${mean}`)
  }
  assert.deepEqual(
    bucket.Backlogs.map((each: { Tags: string[]; Value: unknown }) => [each.Tags, Number(each.Value)]),
    [[['partition:0', 'type:kafka_commit'], 42]],
  )
})

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>(done => {
    resolve = done
  })
  return { promise, resolve }
}
