/** Delivery to a collector: batches, bounds, and the effect of its answers. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isOwnOrigin } from '../../../../src/core/own-origins'
import { readCounters } from '../../../../src/core/tracer-counters'
import { json } from '../../../../src/export/otlp/json'
import type { Answer, Received } from '../../../support/fake-agent'
import { firstTimer } from '../../../support/first-timer'
import { partialSuccess, readRequest, spansSentTo } from '../../../support/otlp'
import { exporting } from '../../../support/otlp-exporting'
import { endTrace, endTraces } from '../../../support/traces'
import { recordedWaits } from '../../../support/waits'
import { upTo } from '../../../support/writing'

const OK: Answer = { status: 200 }

function indexesOf(requests: readonly Received[]): unknown[] {
  return requests.flatMap(request => readRequest(request).map(({ attributes }) => attributes.index))
}

describe('a request', () => {
  test('is a POST with the type of its format and the headers of the user', async t => {
    const { collector, exporter } = await exporting(t, {}, { headers: { authorization: 'Bearer x' } })
    endTrace(exporter)
    assert.deepEqual(await exporter.flush(), { sent: 1, dropped: 0, timedOut: false })
    const [{ method, path, headers }] = collector.payloads
    assert.deepEqual([method, path], ['POST', '/v1/traces'])
    assert.equal(headers['content-type'], 'application/x-protobuf')
    assert.equal(headers.authorization, 'Bearer x')
    assert.equal(headers['content-encoding'], undefined)
    assert.equal(collector.others.length, 0, 'nothing else is asked')
    assert.ok(isOwnOrigin(collector.url))
  })

  test('of JSON says so', async t => {
    const { collector, exporter } = await exporting(t, {}, { format: json })
    endTraces(exporter, 2)
    await exporter.flush()
    assert.equal(collector.payloads[0].headers['content-type'], 'application/json')
    assert.deepEqual(indexesOf(collector.payloads), [0, 1])
  })

  for (const format of [undefined, json]) {
    test(`is compressed if so configured, also at the second attempt (${format?.contentType ?? 'protobuf'})`, async t => {
      const answer = (_: Received, index: number): Answer => (index === 0 ? { status: 503 } : OK)
      const { collector, exporter } = await exporting(
        t,
        { answer },
        { compression: 'gzip', ...(format && { format }) },
      )
      endTraces(exporter, 3, 0, 'x'.repeat(1000))
      await exporter.flush()
      const [first, second] = collector.payloads
      assert.equal(first.headers['content-encoding'], 'gzip')
      assert.ok(first.body.length < 1000)
      assert.deepEqual(indexesOf([first]), upTo(3))
      assert.deepEqual(second.body, first.body)
    })
  }
})

describe('a batch', () => {
  test('holds 512 spans of any traces', async t => {
    const { collector, exporter } = await exporting(t)
    endTrace(exporter, {}, 511)
    assert.equal(collector.payloads.length, 0)
    endTrace(exporter, {}, 514)
    await collector.received(2)
    await exporter.flush()
    assert.deepEqual(
      collector.payloads.map(request => readRequest(request).length),
      [512, 512, 1],
    )
    endTraces(exporter, 1)
    assert.deepEqual(await exporter.flush(), { sent: 1, dropped: 0, timedOut: false })
  })

  test('has the configured size', async t => {
    const { collector, exporter } = await exporting(t, {}, { batchSpans: 2 })
    endTraces(exporter, 5)
    assert.deepEqual(await exporter.flush(), { sent: 5, dropped: 0, timedOut: false })
    assert.deepEqual(
      collector.payloads.map(request => readRequest(request).length),
      [2, 2, 1],
    )
  })

  test('leaves before its time when it has many bytes', async t => {
    const { collector, exporter } = await exporting(t, {}, { batchBytes: 2000 })
    endTraces(exporter, 3, 0, 'x'.repeat(900))
    await collector.received(1)
    assert.deepEqual(indexesOf(collector.payloads), [0, 1])
  })

  test('leaves after its delay', async t => {
    const { collector, exporter } = await exporting(t, {}, { delayMs: 20 })
    endTraces(exporter, 2)
    await collector.received(1)
    assert.deepEqual(indexesOf(collector.payloads), [0, 1])
  })

  test('leaves at once without a delay', async t => {
    const { collector, exporter } = await exporting(t, {}, { delayMs: 0 })
    endTraces(exporter, 5)
    await collector.received(2)
    assert.deepEqual(indexesOf(collector.payloads), upTo(5))
    assert.deepEqual(indexesOf(collector.payloads.slice(0, 1)), [0], 'those that come meanwhile share one')
  })
})

describe('a collector that is down', () => {
  test('gets everything in order once it is up again; the log says both', async t => {
    const { collector, exporter, lines } = await exporting(t, {}, { batchSpans: 10 })
    const { url } = collector
    await collector.stop()
    endTraces(exporter, 35)
    assert.deepEqual(await exporter.flush(), { sent: 0, dropped: 0, timedOut: false })
    await collector.start()
    assert.deepEqual(await exporter.flush(), { sent: 35, dropped: 0, timedOut: false })
    assert.deepEqual(indexesOf(collector.payloads), upTo(35))
    assert.deepEqual(lines, [
      `warn: collector at ${url} cannot be reached (ECONNREFUSED); traces are kept until it can`,
      `info: collector at ${url} can be reached again`,
    ])
  })

  test('costs at most the configured number of spans: the oldest are dropped, counted, and logged once a minute', async t => {
    const { collector, exporter, lines } = await exporting(t, {}, { queueSpans: 20, batchSpans: 5 })
    await collector.stop()
    endTraces(exporter, 20)
    await exporter.flush()
    assert.equal(readCounters().spansDropped['queue full'], undefined, '20 are granted')
    endTraces(exporter, 80, 20)
    assert.deepEqual(await exporter.flush(), { sent: 0, dropped: 80, timedOut: false })
    assert.equal(readCounters().spansDropped['queue full'], 80)
    assert.equal(lines.length, 1)
    await collector.start()
    assert.equal((await exporter.flush()).sent, 20)
    assert.deepEqual(indexesOf(collector.payloads), upTo(100).slice(80))
  })

  test('costs at most the configured memory', async t => {
    const { collector, exporter } = await exporting(t, {}, { queueBytes: 100_000, batchBytes: 10_000 })
    await collector.stop()
    for (let round = 0; round < 50; round++) {
      endTraces(exporter, 20, 0, 'x'.repeat(500))
      assert.ok(exporter.byteLength <= 100_000, `${exporter.byteLength}`)
    }
    assert.ok(exporter.byteLength > 80_000)
    assert.ok((await exporter.flush()).dropped > 800)
  })

  test('has no batch that is larger than the queue', async t => {
    const { exporter } = await exporting(t, {}, { queueSpans: 3 })
    endTraces(exporter, 4)
    assert.deepEqual(await exporter.flush(), { sent: 3, dropped: 1, timedOut: false })
  })
})

describe('a collector that answers', () => {
  for (const status of [429, 502, 503, 504]) {
    test(`${status} gets the same bytes again`, async t => {
      const answer = (_: Received, index: number): Answer => (index < 1 ? { status } : OK)
      const { collector, exporter, lines } = await exporting(t, { answer })
      endTraces(exporter, 3)
      assert.deepEqual(await exporter.flush(), { sent: 3, dropped: 0, timedOut: false })
      assert.deepEqual(collector.payloads[0].body, collector.payloads[1].body)
      assert.deepEqual(lines, [])
    })
  }

  for (const status of [400, 401, 404, 413, 500, 501]) {
    test(`${status} gets no second attempt: the traces are lost, and the log says why`, async t => {
      const answer = (_: Received, index: number): Answer =>
        index === 0
          ? {
              status,
              body: '{"message":"no such tenant"}',
              headers: { 'Content-Type': 'application/json', 'Retry-After': '1' },
            }
          : OK
      const { collector, exporter, lines } = await exporting(t, { answer })
      endTraces(exporter, 3)
      assert.deepEqual(await exporter.flush(), { sent: 0, dropped: 3, timedOut: false })
      assert.equal(collector.payloads.length, 1)
      assert.deepEqual(lines, [
        `warn: collector at ${collector.url} answers ${status} (no such tenant); 3 traces dropped in total`,
      ])
      endTraces(exporter, 1)
      assert.equal((await exporter.flush()).sent, 1)
    })
  }

  test('429 each time loses the payload after ten attempts', async t => {
    const { startTimer, waits } = recordedWaits()
    const { collector, exporter, lines } = await exporting(
      t,
      { answer: () => ({ status: 429 }) },
      { delayMs: 0, startTimer },
    )
    endTraces(exporter, 1)
    await collector.received(10)
    assert.deepEqual(await exporter.flush(), { sent: 0, dropped: 1, timedOut: false })
    assert.equal(collector.payloads.length, 10)
    // With random at 0 a wait is half of what it can be.
    assert.deepEqual(waits, [500, 1000, 2000, 4000, 5000, 5000, 5000, 5000, 5000])
    assert.equal(readCounters().tracesDropped.overloaded, 1)
    assert.match(lines[0], /answers 429; 1 traces dropped/)
  })

  test('with Retry-After waits as long as that, up to five minutes', async t => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 })
    const date = new Date(Date.now() + 20_000).toUTCString()
    const asked = ['7', '60', '9999', date, 'nonsense']
    const answer = (_: Received, index: number): Answer =>
      index < asked.length ? { status: 503, headers: { 'Retry-After': asked[index] } } : OK
    const { startTimer, waits } = recordedWaits()
    const { collector, exporter } = await exporting(t, { answer }, { delayMs: 0, startTimer })
    endTraces(exporter, 1)
    await collector.received(asked.length + 1)
    assert.equal((await exporter.flush()).sent, 1)
    assert.deepEqual(waits, [7000, 60_000, 300_000, 20_000, 5000])
  })

  test('that it took only a part gets no second attempt; the log says so', async t => {
    const body = Buffer.from(partialSuccess(2, 'too old')).toString('latin1')
    const { collector, exporter, lines } = await exporting(t, { answer: () => ({ status: 200, body }) })
    endTraces(exporter, 3)
    assert.equal((await exporter.flush()).sent, 3)
    assert.equal(collector.payloads.length, 1)
    assert.deepEqual(lines, [`warn: collector at ${collector.url} rejects 2 spans: too old`])
    assert.equal(readCounters().spansDropped.refused, 2)
  })

  test('nothing yet: the payload under way is kept, payloads behind it are lost', async t => {
    const { collector, exporter, lines } = await exporting(
      t,
      { answer: () => 'hang' },
      { queueSpans: 2, batchSpans: 2 },
    )
    endTraces(exporter, 6)
    await collector.received(1)
    assert.match(lines[0], /^warn: \d+ KiB wait for collector at http:.*; 2 traces dropped in total$/)
    collector.answer = () => OK
    await collector.stop()
    await collector.start()
    assert.deepEqual(await exporter.flush(), { sent: 2, dropped: 4, timedOut: false })
    assert.deepEqual(indexesOf(collector.payloads), [0, 1, 0, 1])
  })

  test('never: the request times out, and is made again', async t => {
    const answer = (_: Received, index: number): Answer => (index === 0 ? 'hang' : OK)
    const { collector, exporter } = await exporting(t, { answer }, { timeoutMs: 10_000 })
    const expire = firstTimer(t, 10_000)
    endTraces(exporter, 2)
    const flushed = exporter.flush(15_000)
    await collector.received(1)
    expire()
    await flushed
    assert.deepEqual(indexesOf(collector.payloads.slice(1)), [0, 1])
    assert.deepEqual(readCounters().errors, { ETIMEDOUT: 1 })
  })
})

describe('shutdown and setUrl', () => {
  test('shutdown sends what waits, and counts later traces as lost', async t => {
    const { collector, exporter } = await exporting(t)
    endTraces(exporter, 2)
    assert.deepEqual(await exporter.shutdown(), { sent: 2, dropped: 0, timedOut: false })
    endTraces(exporter, 1)
    assert.equal(readCounters().tracesDropped['shut down'], 1)
    assert.equal(collector.payloads.length, 1)
  })

  test('shutdown gives up in time', async t => {
    const { exporter, lines, collector } = await exporting(t, { answer: () => 'hang' })
    endTraces(exporter, 2)
    assert.deepEqual(await exporter.shutdown(20), { sent: 0, dropped: 2, timedOut: true })
    assert.equal(
      lines.at(-1),
      `warn: 2 traces are lost: collector at ${collector.url} did not take them in time`,
    )
    assert.equal(exporter.byteLength, 0)
  })

  test('takeUnsent hands out what has not been delivered as requests', async t => {
    const { collector, exporter } = await exporting(t, {}, { batchSpans: 2, headers: { a: 'b' } })
    await collector.stop()
    endTraces(exporter, 3)
    const { requests, traceCount, itemCount } = exporter.takeUnsent()
    assert.deepEqual([traceCount, itemCount, exporter.byteLength], [3, 3, 0])
    const received = requests.map(({ method, path, headers = {}, body }) => {
      assert.deepEqual([method, path, headers.a], ['POST', '/v1/traces', 'b'])
      return { method, path, headers, body: Buffer.from(body as Uint8Array) }
    })
    assert.deepEqual(indexesOf(received), [0, 1, 2])
  })
})

test('setUrl() leads to another collector, also for what waits', async t => {
  const { collector, exporter } = await exporting(t)
  const { collector: other } = await exporting(t)
  endTraces(exporter, 1)
  exporter.setUrl(`${other.url}/otlp`)
  exporter.setUrl('nonsense')
  await exporter.flush()
  assert.deepEqual([collector.payloads.length, other.payloads[0].path], [0, '/otlp/v1/traces'])
  assert.ok(!isOwnOrigin(collector.url) || collector.url === other.url)
  assert.equal(spansSentTo(other).length, 1)
})
