/** The bytes of v0.4, read back by msgpackr and held against the field tables of the format. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Unpackr } from 'msgpackr'
import { type FlatSpan, flatten } from '../../src/export/encode/flatten'
import { V04Encoder } from '../../src/export/encode/v04/encoder'
import { splitV04 } from '../../src/export/encode/v04/payload'
import { toBigInt } from '../../src/std/u64'
import type { LocalTrace, SpanRecord } from '../../src/trace/local-trace'
import { RemoteContext } from '../../src/trace/remote-context'
import { Site, type Tags } from '../../src/trace/site'
import type { Span } from '../../src/trace/span'
import { startSpan } from '../../src/trace/start'
import { TEST_COMMON, testRuntime } from '../support/runtime'

const unpackr = new Unpackr({ int64AsType: 'bigint', useRecords: false, mapsAsObjects: true })

interface WireSpan extends FlatSpan {
  trace_id: bigint | number
  span_id: bigint | number
  parent_id: bigint | number
  start: bigint
  duration: bigint
  error: number
}

const MiB = 1024 * 1024

/** Returns an encoder that a runtime feeds, and the reference of every span. */
function encoding(maxChunkBytes = 10 * MiB) {
  const encoder = new V04Encoder(TEST_COMMON, maxChunkBytes)
  const references: (FlatSpan & {
    span: SpanRecord
    trace: LocalTrace
    error: number
    durationMs: number
  })[][] = []
  const accepted: boolean[] = []
  const runtime = testRuntime({
    sink: {
      add(trace, spans) {
        references.push(
          spans.map((span, index) => ({
            ...flatten(span, index === 0, TEST_COMMON),
            span,
            trace,
            error: span.error,
            durationMs: span.durationMs,
          })),
        )
        accepted.push(encoder.add(trace, spans))
      },
    },
  })
  const decode = (): WireSpan[][] => unpackr.unpack(encoder.take()?.body as Buffer) as WireSpan[][]
  return { encoder, runtime, references, accepted, decode }
}

function assertSame(wire: WireSpan[][], references: ReturnType<typeof encoding>['references']): void {
  assert.equal(wire.length, references.length)
  for (const [at, chunk] of wire.entries()) {
    assert.equal(chunk.length, references[at].length)
    for (const [index, got] of chunk.entries()) {
      const { span, trace, error, durationMs, ...flat } = references[at][index]
      const keys = [
        'trace_id',
        'span_id',
        'parent_id',
        'name',
        'resource',
        'service',
        'error',
        'start',
        'duration',
        'meta',
        'metrics',
      ]
      assert.deepEqual(Object.keys(got).sort(), (flat.type === '' ? keys : [...keys, 'type']).sort())
      const { name, resource, service, type = '', meta, metrics } = got
      assert.deepEqual({ name, resource, service, type, meta, metrics }, flat)
      assert.equal(BigInt(got.trace_id), toBigInt(trace.traceHi, trace.traceLo))
      assert.equal(BigInt(got.span_id), toBigInt(span.idHi, span.idLo))
      assert.equal(BigInt(got.parent_id), toBigInt(span.parentHi, span.parentLo))
      assert.equal(got.error, error)
      assert.equal(BigInt(got.duration), BigInt(Math.round(durationMs * 1e6)))
      const offset = BigInt(Math.round((span.startTicks - trace.anchorTicks) * 1e6))
      assert.equal(BigInt(got.start), BigInt(trace.anchorMs) * 1_000_000n + offset)
    }
  }
}

function send(site: Site, tags: Tags, change: (span: Span) => void = () => {}) {
  const parts = encoding()
  const span = startSpan(parts.runtime, site, undefined, tags)
  change(span)
  span.finish()
  const wire = parts.decode()
  assertSame(wire, parts.references)
  return wire[0][0]
}

const plain = () => new Site({ name: 'op' })
const query = () =>
  new Site({ name: 'pg.query', type: 'sql', kind: 'client', integration: 'pg', service: 'shop-pg' })

describe('strings', () => {
  for (const size of [0, 1, 31, 32, 39, 40, 41, 85, 86, 255, 256, 257, 21845, 21846, 24_999, 25_000]) {
    test(`of ${size} characters of one, two, three and four bytes come back whole`, () => {
      const texts = {
        a: 'a'.repeat(size),
        e: 'é'.repeat(size),
        euro: '€'.repeat(size),
        smile: '😀'.repeat(size >> 1),
      }
      const span = send(plain(), { ...texts })
      for (const [name, text] of Object.entries(texts)) assert.equal(span.meta[name], text)
    })
  }

  test('of 25,001 characters and of a million are cut', () => {
    const span = send(plain(), { a: 'a'.repeat(25_001), b: '€'.repeat(1e6) }, each => {
      each.resource = 'r'.repeat(1e6)
    })
    assert.equal(span.meta.a, `${'a'.repeat(25_000)}...`)
    assert.equal(span.meta.b, `${'€'.repeat(25_000)}...`)
    assert.equal(span.resource, `${'r'.repeat(25_000)}...`)
  })

  test('half a surrogate pair becomes U+FFFD, in short and in long strings', () => {
    const parts = encoding()
    const long = `${'x'.repeat(60)}\udc00y`
    startSpan(parts.runtime, plain(), undefined, { short: '\ud800', middle: 'a\ud800b', long }).finish()
    const [[span]] = parts.decode()
    assert.deepEqual([span.meta.short, span.meta.middle], ['\ufffd', 'a\ufffdb'])
    assert.equal(span.meta.long, `${'x'.repeat(60)}\ufffdy`)
  })

  test('names of tags are written as they are, cut at 200', () => {
    const span = send(plain(), { 'ключ.é': 'a', ['k'.repeat(300)]: 'b', '': 'empty name' })
    assert.equal(span.meta['ключ.é'], 'a')
    assert.equal(span.meta[`${'k'.repeat(200)}...`], 'b')
    assert.equal(span.meta[''], 'empty name')
  })
})

describe('numbers', () => {
  const edges = [0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000]
  const values = [
    ...[0, 1, ...edges, Number.MAX_SAFE_INTEGER].flatMap(value => [value, -value]),
    ...[-0x20, -0x21, -0x80, -0x81, -0x8000, -0x8001, -0x80000000, -0x80000001],
    ...[0.1, -0.5, 1e300, 5e-324, Number.MAX_SAFE_INTEGER + 2, -1e20],
  ]
  test('come back exactly at every boundary of width', () => {
    const parts = encoding()
    const tags: Tags = {}
    for (const [index, value] of values.entries()) tags[`n${index}`] = value
    startSpan(parts.runtime, plain(), undefined, tags).finish()
    const [[span]] = parts.decode()
    for (const [index, value] of values.entries())
      assert.equal(Number(span.metrics[`n${index}`]), value === 0 ? 0 : value)
  })

  test('NaN and the infinities are left out; booleans are 1 and 0', () => {
    const span = send(plain(), {
      nan: Number.NaN,
      inf: Number.POSITIVE_INFINITY,
      neg: Number.NEGATIVE_INFINITY,
      yes: true,
      no: false,
    })
    for (const name of ['nan', 'inf', 'neg']) assert.ok(!(name in span.metrics) && !(name in span.meta))
    assert.deepEqual([span.metrics.yes, span.metrics.no], [1, 0])
  })
})

describe('spans', () => {
  test('ids are unsigned 64 bits, up to the last one', () => {
    const parts = encoding()
    const remote = new RemoteContext()
    Object.assign(remote, { traceHi: -1, traceLo: -1, spanHi: -1, spanLo: -2, upperHi: -1, upperLo: -1 })
    startSpan(parts.runtime, plain(), remote, {}).finish()
    const [[span]] = parts.decode()
    assert.equal(span.trace_id, 2n ** 64n - 1n)
    assert.equal(span.parent_id, 2n ** 64n - 2n)
    assert.equal(span.meta['_dd.p.tid'], 'f'.repeat(16))
  })

  test('times that a user gives arrive as they are, from 1970 to the far future', () => {
    for (const startMs of [0.002, 1, 999.999, 1_700_000_000_123.456, 4_000_000_000_000]) {
      const parts = encoding()
      startSpan(parts.runtime, plain(), undefined, {}, startMs).finish(startMs + 12.5)
      const [[span]] = parts.decode()
      // A float64 of ms since 1970 tells times 256 ns apart at best, and two of them are added.
      assert.ok(Math.abs(Number(span.start) - startMs * 1e6) <= 2048, `${span.start}`)
      assert.ok(Math.abs(Number(span.duration) - 12.5e6) <= 2048)
    }
  })

  test('a tag with the name of a static one replaces it', () => {
    const span = send(query(), { component: 'mine', env: 'own', process_id: 'text', '_dd.measured': 0 })
    assert.deepEqual([span.meta.component, span.meta.env, span.meta.process_id], ['mine', 'own', 'text'])
    assert.equal(span.metrics['_dd.measured'], 0)
    assert.equal(span.metrics.process_id, undefined)
  })

  test('tags of the trace are on its first span only', () => {
    const parts = encoding()
    const remote = new RemoteContext()
    Object.assign(remote, {
      traceLo: 5,
      spanLo: 6,
      priority: 2,
      origin: 'rum',
      propagated: { '_dd.p.dm': '-4', '_dd.p.x': 'y' },
    })
    Object.assign(remote, { lastDatadogParent: '00000000000000aa', propagationError: 'decoding_error' })
    const root = startSpan(parts.runtime, plain(), remote, {})
    root.trace.ruleRate = 0.25
    root.trace.limitRate = 1
    root.trace.chunkTags = { 'baggage.user.id': '7' }
    startSpan(parts.runtime, query(), root, {}).finish()
    root.finish()
    const wire = parts.decode()
    assertSame(wire, parts.references)
    const [[first, second]] = wire
    assert.equal(first.meta['_dd.p.dm'], '-4')
    assert.equal(first.metrics['_dd.rule_psr'], 0.25)
    assert.equal(second.meta['_dd.p.dm'], undefined)
    assert.equal(second.meta['_dd.origin'], 'rum')
  })

  test('links and events are JSON in meta', () => {
    const span = send(plain(), { a: 'b' }, each =>
      each.addEvent('e', { text: '"\n' }).addLink({ context: each }),
    )
    assert.equal(JSON.parse(span.meta.events)[0].attributes.text, '"\n')
    assert.equal(JSON.parse(span.meta['_dd.span_links']).length, 1)
  })
})

describe('templates', () => {
  /** Pseudo-random numbers, the same in each run. */
  function noise(seed: number) {
    let state = seed
    return (limit: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state % limit
    }
  }

  test('twenty thousand spans whose tags come, change, move and go are what the reference says', () => {
    const parts = encoding(100 * MiB)
    const pick = noise(7)
    const sites = [
      plain(),
      query(),
      new Site({ name: 'web.request', type: 'web', kind: 'server', integration: 'http' }),
    ]
    const values = ['a', 'b', 'a longer value that is not short at all, no', 1, 2.5, true, undefined]
    for (let trace = 0; trace < 4000; trace++) {
      const root = startSpan(parts.runtime, sites[2], undefined, {
        'http.method': pick(10) === 0 ? 'POST' : 'GET',
        n: trace,
      })
      for (let child = 0; child < 4; child++) {
        const tags: Tags = { host: 'db', port: 5432 }
        // A value stays for many spans and then changes: tags enter the block and have to leave it.
        if (trace % 100 > 50) tags.host = `db${pick(3)}`
        if (trace % 200 > 150) delete tags.port
        for (let extra = pick(4); extra > 0; extra--)
          tags[`t${pick(5)}`] = values[pick(values.length)] as string
        const span = startSpan(parts.runtime, sites[pick(2)], root, tags)
        if (pick(50) === 0) span.service = `service ${pick(30)}`
        if (pick(50) === 0) span.name = `name ${pick(30)}`
        if (pick(3) === 0) span.resource = `SELECT ${pick(400)}`
        if (pick(20) === 0) span.setError(new Error(`e${pick(3)}`))
        span.finish()
      }
      root.finish()
    }
    assertSame(parts.decode(), parts.references)
  })
})

describe('payloads', () => {
  function filled(count: number) {
    const parts = encoding()
    for (let index = 0; index < count; index++) {
      const root = startSpan(parts.runtime, plain(), undefined, { index })
      startSpan(parts.runtime, query(), root, { index }).finish()
      root.finish()
    }
    return parts
  }

  test('begin anew after each one that was taken', () => {
    const parts = filled(3)
    const payload = parts.encoder.take()
    assert.deepEqual([payload?.traceCount, payload?.spanCount], [3, 6])
    assert.equal(parts.encoder.byteLength, 0)
    assert.equal(parts.encoder.take(), undefined)
    parts.references.length = 0
    startSpan(parts.runtime, plain(), undefined, { again: 1 }).finish()
    assertSame(parts.decode(), parts.references)
  })

  test('split in halves until one chunk is left, and lose none', () => {
    const { encoder } = filled(5)
    const whole = encoder.take() as NonNullable<ReturnType<typeof encoder.take>>
    const expected = unpackr.unpack(Buffer.from(whole.body)) as WireSpan[][]
    const found: WireSpan[][] = []
    const visit = (payload: typeof whole): void => {
      const halves = splitV04(payload)
      const chunks = unpackr.unpack(Buffer.from(payload.body)) as WireSpan[][]
      assert.equal(chunks.length, payload.traceCount)
      assert.equal(chunks.flat().length, payload.spanCount)
      if (halves === undefined) found.push(...chunks)
      else halves.forEach(visit)
    }
    visit(whole)
    assert.deepEqual(found, expected)
  })

  test('a chunk that is too large is sent with its values cut, or refused', () => {
    const parts = encoding(100_000)
    startSpan(parts.runtime, plain(), undefined, { small: 'x' }).finish()
    const root = startSpan(parts.runtime, plain(), undefined, {})
    for (let index = 0; index < 10; index++)
      startSpan(parts.runtime, plain(), root, { big: 'x'.repeat(20_000) }).finish()
    root.finish()
    const huge = startSpan(parts.runtime, plain(), undefined, {})
    for (let index = 0; index < 900; index++) startSpan(parts.runtime, plain(), huge, {}).finish()
    huge.finish()
    assert.deepEqual(parts.accepted, [true, true, false])
    const wire = parts.decode()
    assert.deepEqual(
      wire.map(chunk => chunk.length),
      [1, 11],
    )
    assert.equal(wire[1][1].meta.big, `${'x'.repeat(256)}...`)
  })

  test('a buffer that was given back is used again, and what it holds is not mixed up', () => {
    const parts = filled(50)
    for (let round = 0; round < 5; round++) {
      const payload = parts.encoder.take()
      assert.ok(payload !== undefined)
      parts.encoder.recycle(payload.body)
      parts.references.length = 0
      for (let index = 0; index <= 20 * round; index++) {
        startSpan(parts.runtime, plain(), undefined, { round, index }).finish()
      }
      assertSame(parts.decode(), parts.references)
      startSpan(parts.runtime, plain(), undefined, {}).finish()
    }
  })
})
