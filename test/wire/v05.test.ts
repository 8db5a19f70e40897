/** The bytes of v0.5, read back by msgpackr and held against the field table of the format. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Unpackr } from 'msgpackr'
import type { Payload } from '../../src/export/encode/encoder'
import { type FlatSpan, flatten } from '../../src/export/encode/flatten'
import { splitV04 } from '../../src/export/encode/v04/payload'
import { V05Encoder } from '../../src/export/encode/v05/encoder'
import { splitV05, toV04 } from '../../src/export/encode/v05/payload'
import { toBigInt } from '../../src/std/u64'
import { Site, type Tags } from '../../src/trace/site'
import { startSpan } from '../../src/trace/start'
import { TEST_COMMON, testRuntime } from '../support/runtime'

const KIB = 1024
const MIB = 1024 * KIB

/** Reads int64 and uint64 as bigint and maps as Map, independently of the decoding in v05/payload.ts. */
const unpackr = new Unpackr({ int64AsType: 'bigint', useRecords: false, mapsAsObjects: false })

type Raw = [
  number,
  number,
  number,
  bigint,
  bigint,
  bigint,
  bigint,
  bigint,
  number,
  Map<number, number>,
  Map<number, number | bigint>,
  number,
]

/** A span after its indexes have been looked up. */
interface Read extends FlatSpan {
  traceId: bigint
  spanId: bigint
  parentId: bigint
  start: bigint
  duration: bigint
  error: number
}

function decode(body: Uint8Array): { strings: string[]; chunks: Read[][] } {
  const [strings, chunks, ...rest] = unpackr.unpack(body) as [string[], Raw[][]]
  assert.equal(rest.length, 0)
  assert.equal(strings[0], '')
  assert.equal(new Set(strings).size, strings.length, 'no string twice')
  const text = (index: number): string => {
    assert.ok(Number.isInteger(index) && index >= 0 && index < strings.length, `index ${index}`)
    return strings[index]
  }
  const read = (span: Raw): Read => {
    assert.equal(span.length, 12)
    for (const at of [3, 4, 5, 6, 7]) assert.equal(typeof span[at], 'bigint', `element ${at} is 64 bits wide`)
    const [service, name, resource, traceId, spanId, parentId, start, duration, error, meta, metrics, type] =
      span
    return {
      service: text(service),
      name: text(name),
      resource: text(resource),
      type: text(type),
      traceId,
      spanId,
      parentId,
      start,
      duration,
      error,
      meta: Object.fromEntries([...meta].map(([key, value]) => [text(key), text(value)])),
      metrics: Object.fromEntries([...metrics].map(([key, value]) => [text(key), Number(value)])),
    }
  }
  return { strings, chunks: chunks.map(chunk => chunk.map(read)) }
}

const site = new Site({ name: 'web.request', integration: 'test', type: 'web', kind: 'server' })

/** Returns an encoder that a runtime feeds, and the spans that must be read back. */
function encoding(maxChunkBytes = 10 * MIB) {
  const encoder = new V05Encoder(TEST_COMMON, maxChunkBytes)
  const expected: Read[][] = []
  const accepted: boolean[] = []
  const runtime = testRuntime({
    sink: {
      add(trace, spans) {
        const chunk = spans.map((span, index) => ({
          ...flatten(span, index === 0, TEST_COMMON),
          traceId: toBigInt(trace.traceHi, trace.traceLo),
          spanId: toBigInt(span.idHi, span.idLo),
          parentId: toBigInt(span.parentHi, span.parentLo),
          start:
            BigInt(trace.anchorMs) * 1_000_000n +
            BigInt(Math.round((span.startTicks - trace.anchorTicks) * 1e6)),
          duration: BigInt(Math.round(span.durationMs * 1e6)),
          error: span.error,
        }))
        accepted.push(encoder.add(trace, spans))
        if (accepted.at(-1)) expected.push(chunk)
      },
    },
  })
  const trace = (tags: Tags = {}, children = 0): void => {
    const root = startSpan(runtime, site, undefined, tags)
    for (let index = 0; index < children; index++) {
      startSpan(runtime, site, root, { child: index }).setError(new Error('no')).finish()
    }
    root.finish()
  }
  const take = (): Payload => encoder.take() as Payload
  return { encoder, runtime, expected, accepted, trace, take }
}

/** Encodes one span with the tag `value`, and reads it back. */
function roundTrip(value: string | number | boolean): string | number | undefined {
  const { trace, take } = encoding()
  trace({ value })
  const [[{ meta, metrics }]] = decode(take().body).chunks
  return meta.value ?? metrics.value
}

describe('v0.5', () => {
  test('writes every field of every span of every chunk', () => {
    const { trace, take, expected } = encoding()
    trace(
      { 'http.method': 'GET', 'http.status_code': '200', count: 3, ratio: 0.25, flag: true, off: undefined },
      3,
    )
    trace({ 'http.method': 'POST' }, 1)
    const payload = take()
    assert.deepEqual(decode(payload.body).chunks, expected)
    assert.deepEqual([payload.traceCount, payload.spanCount], [2, 6])
    assert.equal(expected[0][0].metrics.flag, 1)
    assert.equal(expected[0][1].error, 1)
    assert.equal(expected[0][0].meta['_dd.p.tid']?.length, 16)
    assert.equal('off' in expected[0][0].meta, false)
  })

  test('writes links, events and every name that a user changed', () => {
    const { runtime, take, expected } = encoding()
    const root = startSpan(runtime, site, undefined, {})
    const other = startSpan(runtime, site, undefined, {})
    root.addLink({ context: other, attributes: { why: 'test' } }).addEvent('event', { n: 1 })
    root
      .setOperationName('other')
      .setTag('resource.name', 'R')
      .setTag('service.name', 'S')
      .setTag('span.type', '')
    root.finish()
    const { chunks } = decode(take().body)
    assert.deepEqual(chunks, expected)
    assert.match(chunks[0][0].meta.events, /"name":"event"/)
    assert.match(chunks[0][0].meta['_dd.span_links'], /"why":"test"/)
    assert.equal(chunks[0][0].type, '')
  })

  test('writes 64-bit ids and times exactly', () => {
    const { runtime, take } = encoding()
    const span = startSpan(runtime, site, undefined, {})
    const { trace } = span
    Object.assign(trace, { traceHi: -1, traceLo: -1, anchorMs: 1_780_000_000_123, anchorTicks: 50 })
    Object.assign(span, { idHi: 0x7fff_ffff, idLo: -2, parentHi: 0, parentLo: 1, startTicks: 50.000_001 })
    span.finish(1_780_000_000_123 + 3_600_000)
    const [[read]] = decode(take().body).chunks
    assert.equal(read.traceId, 0xffff_ffff_ffff_ffffn)
    assert.equal(read.spanId, 0x7fff_ffff_ffff_fffen)
    assert.equal(read.parentId, 1n)
    assert.equal(read.start, 1_780_000_000_123_000_001n)
    assert.equal(read.duration, 3_599_999_999_999n)
  })

  for (const length of [0, 1, 31, 32, 39, 40, 41, 255, 256, 24_999, 25_000]) {
    test(`writes strings of ${length} units`, () => {
      assert.equal(roundTrip('a'.repeat(length)), 'a'.repeat(length))
      // Three bytes each: every width of a header is met with text that is not ASCII.
      assert.equal(roundTrip('語'.repeat(length)), '語'.repeat(length))
    })
  }

  for (const bytes of [65_535, 65_536]) {
    test(`writes strings of ${bytes} bytes`, () => {
      const text = '語'.repeat(21_845) + 'a'.repeat(bytes - 65_535)
      assert.equal(Buffer.byteLength(text), bytes)
      assert.equal(roundTrip(text), text)
    })
  }

  test('cuts longer values, never through a surrogate pair', () => {
    assert.equal(roundTrip('a'.repeat(25_001)), `${'a'.repeat(25_000)}...`)
    assert.equal(roundTrip(`${'a'.repeat(24_999)}😀`), `${'a'.repeat(24_999)}...`)
  })

  test('writes any Unicode, and halves of surrogate pairs as U+FFFD', () => {
    for (const text of ['é', '語', '😀', '\0', '￿', '𝄞'.repeat(100)]) assert.equal(roundTrip(text), text)
    for (const [text, read] of [
      ['\ud800', '�'],
      ['\udc00', '�'],
      ['a\ud83d', 'a�'],
      ['\ude00b', '�b'],
      [`${'x'.repeat(50)}\ud800${'y'.repeat(50)}`, `${'x'.repeat(50)}�${'y'.repeat(50)}`],
    ]) {
      assert.equal(roundTrip(text), read)
    }
  })

  test('writes numbers of every width', () => {
    const edges = [7, 8, 15, 16, 31, 32, 53].flatMap(bits => [2 ** bits - 1, 2 ** bits, 2 ** bits + 1])
    const negative = [5, 7, 8, 15, 16, 31, 32].flatMap(bits => [
      -(2 ** bits) + 1,
      -(2 ** bits),
      -(2 ** bits) - 1,
    ])
    for (const value of [0, 1, ...edges, ...negative, 0.5, -0.1, 1e21, Number.MAX_VALUE, Number.MIN_VALUE]) {
      assert.equal(roundTrip(value), value)
    }
    assert.equal(roundTrip(true), 1)
    assert.equal(roundTrip(false), 0)
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(roundTrip(value), undefined)
  })

  test('writes indexes beyond 16 bits', () => {
    const { trace, take, expected } = encoding()
    for (let index = 0; index < 70; index++) {
      const tags: Tags = {}
      for (let tag = 0; tag < 1000; tag++) tags[`k${tag}`] = `v${index}.${tag}`
      trace(tags)
    }
    const { strings, chunks } = decode(take().body)
    assert.ok(strings.length > 65_536)
    assert.deepEqual(chunks, expected)
  })

  test('starts each payload with a table of its own', () => {
    const { trace, take, expected } = encoding()
    trace({ only: 'first' })
    const first = take()
    trace({ only: 'second' })
    const second = decode(take().body)
    assert.equal(second.strings.includes('first'), false)
    assert.deepEqual([decode(first.body).chunks[0], second.chunks[0]], expected)
  })

  test('says how long a payload is, within the bytes of its frame, and has none when empty', () => {
    const { encoder, trace } = encoding()
    assert.equal(encoder.take(), undefined)
    assert.equal(encoder.byteLength, 0)
    trace()
    const { byteLength } = encoder
    assert.equal(encoder.take()?.body.byteLength, byteLength + 11)
    assert.deepEqual([encoder.byteLength, encoder.traceCount, encoder.take()], [0, 0, undefined])
  })

  test('reuses memory that it gets back, without touching payloads that are under way', () => {
    const { encoder, trace, take, expected } = encoding()
    trace({ text: 'a'.repeat(1000) })
    const first = take()
    encoder.recycle(first.body)
    trace({ text: 'b' })
    const second = take()
    assert.equal(second.body.buffer, first.body.buffer)
    trace({ text: 'c' })
    const third = take()
    assert.notEqual(third.body.buffer, second.body.buffer)
    assert.deepEqual([decode(second.body).chunks[0], decode(third.body).chunks[0]], expected.slice(1))
  })

  test('cuts the values of a chunk that is too large, and refuses one that still is', () => {
    const { accepted, trace, take } = encoding(4 * KIB)
    trace({ sql: 'x'.repeat(20_000), small: 'y' })
    trace({}, 200)
    trace({ after: 'z' })
    assert.deepEqual(accepted, [true, false, true])
    const { strings, chunks } = decode(take().body)
    assert.deepEqual(
      chunks.map(chunk => chunk.length),
      [1, 1],
    )
    assert.equal(chunks[0][0].meta.sql, `${'x'.repeat(256)}...`)
    assert.equal(chunks[0][0].meta.small, 'y')
    assert.equal(strings.includes('error.stack'), false, 'nothing of the refused chunk stays')
  })

  test('adds nothing of a chunk that cannot be encoded', () => {
    const { encoder, expected, trace, take } = encoding()
    trace({ first: 1 })
    const broken = startSpan(testRuntime({ sink: encoder }), site, undefined, { broken: 1 })
    broken.name = Symbol('not a name') as unknown as string
    assert.throws(() => broken.finish())
    trace({ second: 2 })
    const payload = take()
    assert.deepEqual(decode(payload.body).chunks, expected)
    assert.equal(payload.traceCount, 2)
  })

  test('splits a payload by chunks until one is left', () => {
    const { expected, trace, take } = encoding()
    for (let index = 0; index < 5; index++)
      trace({ index, text: `only ${index}`, large: 2 ** 40 + index }, index)
    const whole = take()
    const [left, right] = splitV05(whole) ?? assert.fail()
    assert.deepEqual([left.traceCount, right.traceCount], [2, 3])
    assert.deepEqual([left.spanCount, right.spanCount], [1 + 2, 3 + 4 + 5])
    assert.ok(left.body.length < whole.body.length && right.body.length < whole.body.length)
    assert.deepEqual([...decode(left.body).chunks, ...decode(right.body).chunks], expected)
    assert.equal(decode(left.body).strings.includes('only 4'), false)
    const [one] = splitV05(left) ?? assert.fail()
    assert.equal(splitV05(one), undefined)
  })

  test('becomes v0.4 with the same spans, which that encoder can split', () => {
    const { expected, trace, runtime, take } = encoding()
    for (let index = 0; index < 3; index++) trace({ text: '語\ud800', large: 2 ** 40, half: 0.5 }, index)
    const root = startSpan(runtime, site, undefined, {})
    root.setTag('span.type', '').finish()
    const v04 = toV04(take())
    const halves = splitV04(v04) ?? assert.fail()
    for (const bodies of [[v04.body], halves.map(half => half.body)]) {
      const chunks = bodies.flatMap(body => unpackr.unpack(body) as Map<string, unknown>[][])
      const read = chunks.map(chunk =>
        chunk.map(span => {
          const { trace_id, span_id, parent_id, meta, metrics, type = '', ...rest } = Object.fromEntries(span)
          assert.equal(span.has('type'), type !== '')
          const numbers = [...(metrics as Map<string, number>)].map(([key, value]) => [key, Number(value)])
          return {
            ...rest,
            type,
            traceId: trace_id,
            spanId: span_id,
            parentId: parent_id,
            meta: Object.fromEntries(meta as Map<string, string>),
            metrics: Object.fromEntries(numbers),
          }
        }),
      )
      const repaired = JSON.parse(JSON.stringify(expected, big).replaceAll('\\ud800', '�'), unbig)
      assert.deepEqual(read, repaired)
    }
  })
})

/** Lets bigints through JSON. */
function big(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}

function unbig(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value
}
