/** What the intake makes of trace payloads, through a real port. */

import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { SpanRecord } from '../../../src/agent/intake/span'
import { startTestAgent, type TestAgent } from '../../../src/testing/index'
import { pack, START_NS, sendTraces, wireSpan } from './payloads'

let agent: TestAgent
before(async () => {
  agent = await startTestAgent()
})
afterEach(() => agent.clear())
after(() => agent.close())

async function takeIn(body: unknown, path = '/v0.4/traces', headers = {}): Promise<SpanRecord[]> {
  const answer = await sendTraces(agent.url, body, { path, headers })
  assert.equal(answer.status, 200, answer.body)
  return agent.spans()
}

const FULL: SpanRecord = {
  traceId: 0xfedc_ba98_7654_3211n,
  spanId: 0xffff_ffff_ffff_ffffn,
  parentId: 9_007_199_254_740_993n,
  service: 'shop',
  name: 'pg.query',
  resource: 'SELECT ü 日本 🎉',
  type: 'sql',
  error: 1,
  startNs: 1_780_000_000_123_456_789n,
  durationNs: 42_000_001,
  meta: { 'error.type': 'TypeError', 'db.name': 'x'.repeat(300) },
  metrics: { _sampling_priority_v1: 2, ratio: 0.25, big: 2 ** 53, negative: -7 },
}

const FULL_V04 = {
  trace_id: FULL.traceId,
  span_id: FULL.spanId,
  parent_id: FULL.parentId,
  service: FULL.service,
  name: FULL.name,
  resource: FULL.resource,
  type: FULL.type,
  error: 1,
  start: FULL.startNs,
  duration: 42_000_001,
  meta: FULL.meta,
  metrics: FULL.metrics,
}

describe('v0.4', () => {
  test('keeps every field exactly, ids above 2^53 among them', async () => {
    assert.deepEqual(await takeIn([[FULL_V04]]), [FULL])
  })

  test('takes POST as well as PUT', async () => {
    const answer = await sendTraces(agent.url, [[wireSpan()]], { method: 'POST' })
    assert.equal(answer.status, 200)
    assert.equal(agent.spans().length, 1)
  })

  test('answers the sampling rates', async () => {
    const answer = await sendTraces(agent.url, [[wireSpan()]])
    assert.equal(answer.body, '{"rate_by_service":{"service:,env:":1}}')
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.match(String(answer.headers['datadog-agent-state']), /^[\da-f]{64}$/)
    assert.ok(answer.headers['datadog-agent-version'])
  })

  test('answers {} to a client that has the rates already', async () => {
    const first = await sendTraces(agent.url, [], { headers: { 'datadog-rates-payload-version': 'none' } })
    const version = String(first.headers['datadog-rates-payload-version'])
    assert.match(first.body, /rate_by_service/)
    const second = await sendTraces(agent.url, [], { headers: { 'datadog-rates-payload-version': version } })
    assert.equal(second.body, '{}')
  })

  test('reads ids of every integer width', async () => {
    const widths = [5, 200, 60_000, 4_000_000_000, 2n ** 40n]
    const spans = widths.map((id, index) => wireSpan({ trace_id: id, span_id: index + 1 }))
    await takeIn(spans.map(span => [span]))
    assert.deepEqual(
      agent
        .spans()
        .map(span => span.traceId)
        .sort((a, b) => Number(a - b)),
      widths.map(BigInt),
    )
  })

  test('reads a negative int64 id as the unsigned one with the same bits', async () => {
    // fixmap 2: trace_id -> int64 -1, span_id -> 1
    const span = Buffer.concat([
      Buffer.from([0x82]),
      pack('trace_id'),
      Buffer.from([0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
      pack('span_id'),
      Buffer.from([0x01]),
    ])
    const [read] = await takeIn(Buffer.concat([Buffer.from([0x91, 0x91]), span]))
    assert.equal(read.traceId, 2n ** 64n - 1n)
  })

  test('reads nil as an empty string, zero or an empty map', async () => {
    const nothing = { service: null, parent_id: null, meta: null, metrics: null, error: null }
    const [read] = await takeIn([[wireSpan(nothing)]])
    assert.equal(read.service, '')
    assert.equal(read.parentId, 0n)
    assert.deepEqual(read.meta, {})
    assert.deepEqual(read.metrics, {})
  })

  test('reads strings that come as binaries, and repairs invalid UTF-8', async () => {
    const [binary] = await takeIn([[wireSpan({ name: Buffer.from('naïve') })]])
    assert.equal(binary.name, 'naïve')
    agent.clear()
    // {"span_id":1,"trace_id":1,"name":<fixstr of 2 bytes, 'a' and an invalid 0xff>}
    const span = Buffer.concat([
      Buffer.from([0x83]),
      ...['span_id', 'trace_id'].flatMap(key => [pack(key), Buffer.from([1])]),
      pack('name'),
      Buffer.from([0xa2, 0x61, 0xff]),
    ])
    const [broken] = await takeIn(Buffer.concat([Buffer.from([0x91, 0x91]), span]))
    assert.equal(broken.name, 'a\ufffd')
  })

  test('reads array32, map32 and str32 headers, which encoders that patch lengths later use', async () => {
    const key = (text: string) =>
      Buffer.concat([Buffer.from([0xdb, 0, 0, 0, text.length]), Buffer.from(text)])
    const uint64 = Buffer.from([0xcf, 0x80, 0, 0, 0, 0, 0, 0, 1])
    const one = (token: number) => Buffer.from([token, 0, 0, 0, 1])
    const span = Buffer.concat([
      Buffer.from([0xdf, 0, 0, 0, 2]),
      key('span_id'),
      uint64,
      key('trace_id'),
      uint64,
    ])
    const [read] = await takeIn(Buffer.concat([one(0xdd), one(0xdd), span]))
    assert.equal(read.spanId, 0x8000_0000_0000_0001n)
  })

  test('skips unknown keys', async () => {
    assert.equal((await takeIn([[wireSpan({ future: [1, { deep: true }] })]])).length, 1)
  })

  test('keeps a tag called __proto__ as a tag', async () => {
    const meta = JSON.parse('{"__proto__":"polluted"}') as Record<string, string>
    const [read] = await takeIn([[wireSpan({ meta })]])
    assert.deepEqual(Object.entries(read.meta), [['__proto__', 'polluted']])
    assert.equal(({} as Record<string, unknown>).polluted, undefined)
  })

  test('decodes meta_struct, links and events', async () => {
    const span = wireSpan({
      meta_struct: { appsec: pack({ triggers: [{ rule: 'r1', id: 2n ** 60n }] }), odd: Buffer.from([0xc1]) },
      span_links: [
        {
          trace_id: 2n ** 63n,
          trace_id_high: 7n,
          span_id: 3n,
          attributes: { a: 'b' },
          tracestate: 'dd=s:1',
          flags: 2 ** 31,
        },
      ],
      span_events: [
        {
          time_unix_nano: START_NS,
          name: 'exception',
          attributes: {
            text: { type: 0, string_value: 's' },
            flag: { type: 1, bool_value: true },
            whole: { type: 2, int_value: 3 },
            real: { type: 3, double_value: 0.5 },
            list: { type: 4, array_value: { values: [{ type: 2, int_value: 1 }] } },
          },
        },
      ],
    })
    const [read] = await takeIn([[span]])
    assert.deepEqual(read.metaStruct, {
      appsec: { triggers: [{ rule: 'r1', id: '1152921504606846976' }] },
      odd: '(1 bytes that are not msgpack)',
    })
    assert.deepEqual(read.links, [
      {
        traceId: 2n ** 63n,
        traceIdHigh: 7n,
        spanId: 3n,
        attributes: { a: 'b' },
        tracestate: 'dd=s:1',
        flags: 2 ** 31,
      },
    ])
    const attributes = { text: 's', flag: true, whole: 3, real: 0.5, list: [1] }
    assert.deepEqual(read.events, [{ name: 'exception', timeUnixNs: START_NS, attributes }])
  })

  test('accepts an empty payload', async () => {
    assert.deepEqual(await takeIn([]), [])
  })

  test('inflates gzip', async () => {
    const body = gzipSync(pack([[wireSpan()]]))
    assert.equal((await takeIn(body, '/v0.4/traces', { 'content-encoding': 'gzip' })).length, 1)
  })

  test('repairs a negative duration and a start before the year 2000', async () => {
    const before = Date.now()
    const [read] = await takeIn([[wireSpan({ start: 5, duration: -3 })]])
    assert.equal(read.durationNs, 0)
    assert.ok(Number(read.startNs / 1_000_000n) >= before)
  })

  test('remembers the request with its headers, its counts and its chunks as they were sent', async () => {
    const chunks = [[wireSpan({ span_id: 2n, parent_id: 1n }), wireSpan()], [wireSpan({ trace_id: 9n })]]
    await takeIn(chunks, '/v0.4/traces', { 'X-Datadog-Trace-Count': '2', 'Datadog-Meta-Lang': 'nodejs' })
    const [request] = agent.requests()
    assert.equal(request.headers['datadog-meta-lang'], 'nodejs')
    assert.equal(request.declaredTraces, 2)
    assert.equal(request.decodedTraces, 2)
    assert.equal(request.decodedSpans, 3)
    assert.equal(request.bytes, pack(chunks).length)
    assert.deepEqual(
      request.chunks?.map(chunk => chunk.map(span => span.spanId)),
      [[2n, 1n], [1n]],
    )
  })
})

test('v0.3 takes the same body and answers OK', async () => {
  const answer = await sendTraces(agent.url, [[FULL_V04]], { path: '/v0.3/traces' })
  assert.equal(answer.body, 'OK\n')
  assert.match(String(answer.headers['content-type']), /^text\/plain/)
  assert.deepEqual(agent.spans(), [FULL])
})

describe('v0.5', () => {
  const strings = [
    '',
    'shop',
    'pg.query',
    FULL.resource,
    'sql',
    ...Object.entries(FULL.meta).flat(),
    ...Object.keys(FULL.metrics),
  ]
  const at = (text: string) => strings.indexOf(text)

  function v05Span(): unknown[] {
    const meta = new Map(Object.entries(FULL.meta).map(([key, value]) => [at(key), at(value)]))
    const metrics = new Map(Object.entries(FULL.metrics).map(([key, value]) => [at(key), value]))
    const { traceId, spanId, parentId, startNs, durationNs } = FULL
    return [1, 2, 3, traceId, spanId, parentId, startNs, durationNs, 1, meta, metrics, 4]
  }

  test('keeps every field exactly', async () => {
    assert.deepEqual(await takeIn([strings, [[v05Span()]]], '/v0.5/traces'), [FULL])
  })

  for (const [what, spoil, reason] of [
    ['a span of 11 elements', (span: unknown[]) => span.slice(0, 11), /expected 12 elements, got 11/],
    ['a span of 13 elements', (span: unknown[]) => [...span, 0], /expected 12 elements, got 13/],
    [
      'an index one past the table',
      (span: unknown[]) => [strings.length, ...span.slice(1)],
      /outside the string table/,
    ],
    ['a negative index', (span: unknown[]) => [-1, ...span.slice(1)], /outside the string table/],
    ['a string in place of an index', (span: unknown[]) => ['shop', ...span.slice(1)], /expected an index/],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const answer = await sendTraces(agent.url, [strings, [[spoil(v05Span())]]], { path: '/v0.5/traces' })
      assert.equal(answer.status, 400)
      assert.match(answer.body, reason)
      assert.deepEqual(agent.spans(), [])
    })
  }

  test('takes the last index of the table', async () => {
    const span = [strings.length - 1, ...v05Span().slice(1)]
    assert.equal((await takeIn([strings, [[span]]], '/v0.5/traces'))[0].service, strings.at(-1))
  })
})
