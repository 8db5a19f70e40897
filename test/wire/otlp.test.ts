/** The bytes of OTLP, read back by the code that OpenTelemetry generates from its published definition. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LocalTrace } from '../../src/trace/local-trace'
import { RemoteContext } from '../../src/trace/remote-context'
import { Site } from '../../src/trace/site'
import { startSpan } from '../../src/trace/start'
import { catchLog } from '../support/log-lines'
import { readJson, readProtobuf } from '../support/otlp'
import { encoding, FORMATS, SCOPE } from '../support/otlp-exporting'

const web = new Site({ name: 'web.request', integration: 'express', type: 'web', kind: 'server' })
const plain = new Site({ name: 'work' })

function remoteContext(): RemoteContext {
  const remote = new RemoteContext()
  Object.assign(remote, {
    upperHi: 0x0af76519,
    upperLo: 0x16cd43dd,
    traceHi: 0x0448eb21,
    traceLo: 0x1c80319c,
  })
  Object.assign(remote, { spanHi: 0x37ad6b71, spanLo: 0x69203331, priority: 2, random: true })
  remote.otherTracestate = 'vendor=a:b,other=1'
  remote.tracestate = 'dd=s:2,vendor=a:b,other=1'
  return remote
}

for (const [name, format, read] of FORMATS) {
  describe(name, () => {
    test('holds every field of a span', t => {
      let ticks = 5000.25
      t.mock.method(performance, 'now', () => ticks)
      t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_123 })
      const { runtime, take } = encoding(format)
      const span = startSpan(runtime, web, remoteContext(), { text: 'tëxt', on: true, off: false, int: -7 })
      span.resource = 'GET /users/:id'
      span.setTag('big', 2 ** 53)
      span.setTag('double', 0.25)
      span.setTag('nothing', Number.NaN)
      span.setTag('http.request.headers.accept', '*/*')
      ticks += 1.5
      span.addEvent('cache', { hit: true, tries: [1, 2.5], by: ['a', 'b'], took: 3 })
      span.addLink({ context: remoteContext(), attributes: { why: 'batch' } })
      span.setError(new RangeError('tö far'))
      const { 'error.stack': stack } = span.tags
      const spanId = span.toSpanId(true)
      ticks += 0.000_001 * 999
      span.finish()
      const [got] = read(take())
      assert.deepEqual(got, {
        traceId: '0af7651916cd43dd0448eb211c80319c',
        spanId,
        parentSpanId: '37ad6b7169203331',
        traceState: 'dd=s:2,vendor=a:b,other=1',
        name: 'GET /users/:id',
        kind: 2,
        flags: 0x303,
        startTimeUnixNano: '1700000000123000000',
        endTimeUnixNano: '1700000000124500999',
        attributes: {
          component: 'express',
          text: 'tëxt',
          on: true,
          off: false,
          int: -7,
          big: 2 ** 53,
          double: 0.25,
          'http.request.header.accept': ['*/*'],
          'error.type': 'RangeError',
          'operation.name': 'web.request',
          'span.type': 'web',
        },
        integers: ['int'],
        droppedAttributesCount: 1,
        events: [
          {
            timeUnixNano: '1700000000124500000',
            name: 'cache',
            attributes: { hit: true, tries: [1, 2.5], by: ['a', 'b'], took: 3 },
          },
          {
            timeUnixNano: '1700000000124500999',
            name: 'exception',
            attributes: {
              'exception.type': 'RangeError',
              'exception.message': 'tö far',
              'exception.stacktrace': stack,
            },
          },
        ],
        links: [
          {
            traceId: '0af7651916cd43dd0448eb211c80319c',
            spanId: '37ad6b7169203331',
            traceState: 'dd=s:2,vendor=a:b,other=1',
            attributes: { why: 'batch' },
            flags: 1,
          },
        ],
        status: { code: 2, message: 'tö far' },
        resource: { 'service.name': 'shop', 'process.pid': 42 },
        scope: SCOPE,
      })
    })

    test('has exact times over the borders of words', t => {
      let ticks = 0
      t.mock.method(performance, 'now', () => ticks)
      const { runtime, take } = encoding(format)
      const start = 2n ** 60n + 2n ** 32n - 5_000_000n
      t.mock.timers.enable({ apis: ['Date'], now: Number(start / 1_000_000n) })
      const rest = Number(start % 1_000_000n)
      const root = startSpan(runtime, plain, undefined, {})
      ticks = rest / 1e6
      const span = startSpan(runtime, plain, root, {})
      ticks += 5_000_000_000 / 1e6
      span.finish()
      root.finish()
      const { startTimeUnixNano, endTimeUnixNano } = read(take())[1]
      assert.deepEqual([BigInt(startTimeUnixNano), BigInt(endTimeUnixNano)], [start, start + 5_000_000_000n])
    })

    test('leaves out fields that a plain span does not have', () => {
      const { runtime, take } = encoding(format, { traceId128: false })
      const span = startSpan(runtime, plain, undefined, {})
      const id = span.toSpanId(true)
      span.finish()
      const [got] = read(take())
      assert.equal(got.traceId, `${'0'.repeat(16)}${id}`)
      assert.deepEqual([got.parentSpanId, got.name, got.kind, got.flags], ['', 'work', 1, 0x101])
      assert.deepEqual([got.attributes, got.events, got.links], [{}, [], []])
      assert.deepEqual(got.status, { code: 0, message: '' })
    })

    for (const [kind, number] of Object.entries({
      internal: 1,
      server: 2,
      client: 3,
      producer: 4,
      consumer: 5,
    })) {
      test(`says that a span is of kind ${kind}`, () => {
        const { runtime, take } = encoding(format)
        startSpan(runtime, plain, undefined, { 'span.kind': kind }).finish()
        assert.equal(read(take())[0].kind, number)
      })
    }

    test('keeps the order and parents of a trace, and puts each service into a resource of its own', () => {
      const { runtime, take, spanCount } = encoding(format)
      const root = startSpan(runtime, plain, undefined, {})
      const query = startSpan(runtime, plain, root, {})
      query.service = 'shop-db'
      const last = startSpan(runtime, plain, root, {})
      const ids = [root, query, last].map(span => span.toSpanId(true))
      for (const span of [last, query, root]) span.finish()
      const spans = read(take())
      assert.equal(spanCount(), 3)
      assert.deepEqual(
        spans.map(span => [span.resource['service.name'], span.spanId, span.parentSpanId]),
        [
          ['shop', ids[0], ''],
          ['shop', ids[2], ids[0]],
          ['shop-db', ids[1], ids[0]],
        ],
      )
      assert.ok(spans.every(({ flags }) => flags === 0x101))
      assert.equal(take().length, 0)
    })

    test('never holds text that is not Unicode, nor text without end', () => {
      const { runtime, take } = encoding(format)
      const half = '\ud83d'
      const span = startSpan(runtime, plain, undefined, {
        [`k${half}`]: `v${half}`,
        long: 'x'.repeat(30_000),
      })
      span.resource = `${half} name ${'y'.repeat(60)}`
      span.addEvent(`e${half}`, { [`a${half}`]: [`b${half}`] })
      span.error = 1
      span.setTag('error.message', `m${half}`)
      span.finish()
      const body = take()
      new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(read(body)[0].name))
      const [got] = read(body)
      assert.equal(got.name, `\ufffd name ${'y'.repeat(60)}`)
      assert.equal(got.attributes['k\ufffd'], 'v\ufffd')
      assert.equal(got.attributes.long, `${'x'.repeat(25_000)}...`)
      assert.deepEqual(got.events[0].attributes, { 'a\ufffd': ['b\ufffd'] })
      assert.equal(got.status.message, 'm\ufffd')
      assert.ok(!Buffer.from(body).includes(Buffer.from([0xed, 0xa0, 0xbd])), 'no half of a pair as bytes')
    })

    test('sends single spans that a rule keeps of a trace that is dropped, not sampled, and no others', () => {
      const drop = { decide: (trace: LocalTrace) => trace.setDecision(0, 0) }
      const { runtime, take } = encoding(format, { sampler: drop })
      const root = startSpan(runtime, plain, undefined, {})
      const kept = startSpan(runtime, plain, root, { '_dd.span_sampling.mechanism': 8 })
      const id = kept.toSpanId(true)
      kept.finish()
      root.finish()
      startSpan(runtime, plain, undefined, {}).finish()
      const spans = read(take())
      assert.deepEqual(
        spans.map(({ spanId, flags }) => [spanId, flags]),
        [[id, 0x100]],
      )
    })

    test('leaves nothing of a span that cannot be encoded, and goes on', t => {
      const { runtime, take } = encoding(format)
      const lines = catchLog()
      t.after(() => catchLog('off'))
      startSpan(runtime, plain, undefined, { n: 1 }).finish()
      const hostile = startSpan(runtime, plain, undefined, { n: 2 })
      const attributes = () => {
        throw new Error('hostile')
      }
      hostile.addEvent('fine').addEvent('hostile')
      Object.defineProperty(hostile.events?.[1], 'attributes', { get: attributes })
      hostile.finish()
      startSpan(runtime, plain, undefined, { n: 3 }).finish()
      assert.deepEqual(
        read(take()).map(({ attributes }) => attributes.n),
        [1, 3],
      )
      assert.match(lines.join(), /^error: encoding a span failed: Error: hostile/)
    })

    test('has baggage on the first span of a trace only', () => {
      const { runtime, take } = encoding(format)
      const remote = remoteContext()
      remote.baggageTags = { 'baggage.user.id': '7' }
      const root = startSpan(runtime, plain, remote, {})
      startSpan(runtime, plain, root, {}).finish()
      root.finish()
      const tags = read(take()).map(({ attributes }) => attributes['baggage.user.id'])
      assert.deepEqual(tags, ['7', undefined])
    })
  })
}

test('both formats say the same', () => {
  const [one, other] = FORMATS.map(([, format, read]) => {
    const { runtime, take } = encoding(format)
    const span = startSpan(runtime, web, remoteContext(), {
      'http.status_code': '200',
      'http.url': 'http://a/b',
    })
    span.setTag('f', -1.5e300)
    span.finish()
    const [{ spanId, startTimeUnixNano, endTimeUnixNano, ...rest }] = read(take())
    assert.ok(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano) && spanId !== '')
    return rest
  })
  assert.deepEqual(one, other)
})

describe('the decoders of these tests', () => {
  test('refuse keys that are not of the definition, ids that are not hexadecimal, and integers that are not text', () => {
    const request = (span: object) =>
      Buffer.from(
        JSON.stringify({ resourceSpans: [{ resource: {}, scopeSpans: [{ scope: {}, spans: [span] }] }] }),
      )
    const span = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), name: 'x', startTimeUnixNano: '1' }
    assert.equal(readJson(request(span)).length, 1)
    for (const bad of [
      { trace_state: '' },
      { traceId: 'AAAAAAAAAAAAAAAAAAAAAA==' },
      { startTimeUnixNano: 1 },
    ])
      assert.throws(() => readJson(request({ ...span, ...bad })))
    assert.throws(() => readProtobuf(Buffer.from('not protobuf')))
  })
})
