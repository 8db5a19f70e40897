/** Tags of every type, errors, links, events and times of spans, and how a trace is sent. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MAX_VALUE } from '../../../src/export/encode/limits'
import { MAX_OPEN_SPANS } from '../../../src/trace/local-trace'
import { RemoteContext } from '../../../src/trace/remote-context'
import type { Span } from '../../../src/trace/span'
import { startUserSpan } from '../../../src/trace/user-spans'
import { flushWaiting, waitingCount } from '../../../src/trace/waiting'
import { type SeenSpan, type TestRuntime, testRuntime } from '../../support/runtime'

function spanWith(change: (span: Span) => void, runtime: TestRuntime = testRuntime()): SeenSpan {
  const span = startUserSpan(runtime, 'op', undefined)
  change(span)
  span.finish()
  return runtime.spans()[0]
}

describe('tags', () => {
  const hostile = {
    get boom() {
      throw new Error('getter')
    },
  }
  const cases: [unknown, string | number | undefined][] = [
    ['text', 'text'],
    [1.5, 1.5],
    [true, 1],
    [false, 0],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [12345678901234567890n, '12345678901234567890'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), 'Invalid Date'],
    [new URL('http://a.b/c?d'), 'http://a.b/c?d'],
    [Buffer.from('bytes'), 'bytes'],
    [/re/g, '/re/g'],
    [new TypeError('bad'), 'TypeError: bad'],
    [Symbol('s'), undefined],
    [() => 1, undefined],
    [null, undefined],
    [undefined, undefined],
    [hostile, undefined],
    [
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('trap')
          },
        },
      ),
      undefined,
    ],
  ]
  for (const [index, [value, expected]] of cases.entries()) {
    test(`case ${index}: a value of type ${typeof value} becomes ${String(expected)}`, () => {
      const span = spanWith(each => each.setTag('k', value))
      assert.equal(typeof expected === 'number' ? span.metrics.k : span.meta.k, expected)
      assert.ok(!('k' in span.meta && 'k' in span.metrics))
    })
  }

  test('an object becomes a tag for each of its own values, one level deep', () => {
    const span = spanWith(each =>
      each.setTag('o', { a: 'x', b: 2, c: { d: 1 }, e: new Date(0), f: null, g: [1] }),
    )
    assert.equal(span.meta['o.a'], 'x')
    assert.equal(span.metrics['o.b'], 2)
    assert.equal(span.meta['o.e'], '1970-01-01T00:00:00.000Z')
    assert.deepEqual(
      Object.keys(span.meta).filter(key => key.startsWith('o.')),
      ['o.a', 'o.e'],
    )
  })

  test('__proto__ as a name changes nothing', () => {
    const span = spanWith(each =>
      each.setTag('__proto__', { polluted: 1 }).addTags(JSON.parse('{"__proto__":"x","ok":"y"}')),
    )
    assert.equal(span.meta.ok, 'y')
    assert.equal(({} as { polluted?: number }).polluted, undefined)
  })

  test('addTags takes plain objects and ignores everything else', () => {
    const span = spanWith(each => {
      for (const value of ['a:b', ['a'], 5, null, undefined]) each.addTags(value as never)
      each.addTags({ good: 'yes' })
    })
    assert.equal(span.meta.good, 'yes')
  })

  test('names and values are cut at the limits of the agent, and no character in half', () => {
    const span = spanWith(each => {
      each.setTag('k'.repeat(200), 'fits').setTag('l'.repeat(201), 'cut')
      each.setTag('fits', 'v'.repeat(MAX_VALUE)).setTag('long', `${'v'.repeat(MAX_VALUE - 1)}😀`)
    })
    assert.equal(span.meta['k'.repeat(200)], 'fits')
    assert.equal(span.meta[`${'l'.repeat(200)}...`], 'cut')
    assert.equal(span.meta.fits.length, MAX_VALUE)
    assert.equal(span.meta.long, `${'v'.repeat(MAX_VALUE - 1)}...`)
  })

  test('special names set fields of the span', () => {
    const span = spanWith(each =>
      each.addTags({
        'service.name': 'other',
        'resource.name': 'r',
        'span.type': 'web',
        'span.kind': 'server',
        'http.status_code': 200,
        'analytics.event': true,
      }),
    )
    assert.deepEqual([span.service, span.resource, span.type], ['other', 'r', 'web'])
    assert.equal(span.meta['http.status_code'], '200')
    assert.equal(span.meta['_dd.base_service'], 'shop')
    assert.equal(span.meta['_dd.svc_src'], 'm')
    assert.equal(span.meta.version, undefined)
    assert.equal(span.metrics['_dd1.sr.eausr'], 1)
    assert.equal(span.metrics['_dd.measured'], 1)
    assert.equal(span.metrics['_dd.top_level'], 1)
  })

  test("a span of the tracer's service has version, env, language and process", () => {
    const span = spanWith(() => {})
    assert.equal(span.meta.version, '1.2.3')
    assert.equal(span.meta.env, 'test')
    assert.equal(span.meta.language, 'javascript')
    assert.equal(span.metrics.process_id, 42)
    assert.equal(span.metrics._sampling_priority_v1, 1)
    assert.equal(span.meta['_dd.p.dm'], '-0')
    assert.match(span.meta['_dd.p.tid'], /^[0-9a-f]{8}00000000$/)
  })
})

describe('errors', () => {
  test('setTag error takes an Error, anything like one, and truth values', () => {
    assert.equal(spanWith(span => span.setTag('error', new TypeError('t'))).meta['error.type'], 'TypeError')
    assert.equal(spanWith(span => span.setTag('error', { message: 'm' })).meta['error.message'], 'm')
    assert.equal(spanWith(span => span.setTag('error', true)).error, 1)
    assert.equal(spanWith(span => span.setTag('error', true).setTag('error', false)).error, 0)
    assert.equal(spanWith(span => span.setTag('error.message', 'm')).error, 1)
  })

  test('an error without a message shows its code', () => {
    const error = Object.assign(new Error(''), { code: 'ECONNREFUSED' })
    assert.equal(spanWith(span => span.setError(error)).meta['error.message'], 'ECONNREFUSED')
  })

  test('an error whose getters throw is still an error', () => {
    const hostile = {
      get message(): string {
        throw new Error('no')
      },
    }
    const span = spanWith(each => each.setError(hostile))
    assert.equal(span.error, 1)
  })
})

describe('links and events', () => {
  test('links are JSON with ids in hex, attributes as text and the sampled flag', () => {
    const remote = new RemoteContext()
    Object.assign(remote, {
      upperHi: 0,
      upperLo: 1,
      traceHi: 2,
      traceLo: 3,
      spanHi: 4,
      spanLo: 5,
      priority: 2,
    })
    const span = spanWith(each =>
      each.addLink({ context: remote, attributes: { a: 1, list: ['x', ['y'] as never], o: {} as never } }),
    )
    assert.deepEqual(JSON.parse(span.meta['_dd.span_links']), [
      {
        trace_id: '00000000000000010000000200000003',
        span_id: '0000000400000005',
        attributes: { a: '1', 'list.0': 'x', 'list.1.0': 'y' },
        flags: 1,
      },
    ])
  })

  test('links and events that do not fit are left out whole: the JSON parses', () => {
    const span = spanWith(each => {
      for (let index = 0; index < 400; index++) {
        each.addLink({ context: each, attributes: { index, text: 'x'.repeat(100) } })
        each.addEvent(`event ${index}`, { text: '"quoted"'.repeat(20) })
      }
    })
    for (const name of ['_dd.span_links', 'events']) {
      assert.ok(span.meta[name].length <= MAX_VALUE)
      assert.ok(JSON.parse(span.meta[name]).length > 50)
    }
  })

  test('events carry whole nanoseconds, and the time that was given', () => {
    const span = spanWith(each =>
      each.addEvent('a', { n: 1, bad: Symbol('s') as never }, 1700000000000.5).addEvent('b', 1700000000000),
    )
    assert.match(span.meta.events, /"time_unix_nano":17000000000005\d{5}[,}]/)
    assert.deepEqual(JSON.parse(span.meta.events)[0].attributes, { n: 1 })
  })

  test('a link to no context is ignored', () => {
    const span = spanWith(each => {
      for (const link of [null, undefined, {}, { context: {} }, { context: null }])
        each.addLink(link as never)
      each.addLinks('x' as never)
    })
    assert.equal(span.meta['_dd.span_links'], undefined)
  })
})

describe('time', () => {
  test('only the first finish counts, and durations are never negative', () => {
    const runtime = testRuntime()
    const span = startUserSpan(runtime, 'a', { startTime: 1700000000000 })
    span.finish(1700000000250)
    span.finish(1700000009999)
    startUserSpan(runtime, 'b', { startTime: 1700000000000 }).finish(1600000000000)
    const [first, second] = runtime.spans()
    assert.equal(Math.round(first.durationMs), 250)
    assert.equal(second.durationMs, 0)
    assert.equal(runtime.spans().length, 2)
  })

  test('an unusable time means now', () => {
    const runtime = testRuntime()
    const beganAt = performance.now()
    for (const time of [Number.NaN, 0, Number.POSITIVE_INFINITY, 'x' as never])
      startUserSpan(runtime, 'a', undefined).finish(time)
    const tookMs = performance.now() - beganAt
    assert.equal(runtime.spans().length, 4)
    for (const span of runtime.spans()) assert.ok(span.durationMs >= 0 && span.durationMs <= tookMs)
  })
})

describe('a trace', () => {
  test('is sent when its last span ends, in the order in which the spans began', () => {
    const runtime = testRuntime()
    const root = startUserSpan(runtime, 'root', undefined)
    const first = startUserSpan(runtime, 'first', { childOf: root })
    const second = startUserSpan(runtime, 'second', { childOf: first })
    second.finish()
    root.finish()
    assert.equal(runtime.chunks.length, 0)
    first.finish()
    assert.deepEqual(
      runtime.chunks.map(chunk => chunk.map(span => span.name)),
      [['root', 'first', 'second']],
    )
    assert.equal(waitingCount(), 0)
  })

  test('is sent in parts when many spans of it have finished, each with its trace-level tags', () => {
    const runtime = testRuntime({ partialFlushMinSpans: 3 })
    const root = startUserSpan(runtime, 'root', undefined)
    for (let index = 0; index < 5; index++)
      startUserSpan(runtime, `child ${index}`, { childOf: root }).finish()
    assert.deepEqual(
      runtime.chunks.map(chunk => chunk.length),
      [3],
    )
    root.finish()
    assert.deepEqual(
      runtime.chunks.map(chunk => chunk.length),
      [3, 3],
    )
    for (const [head, ...rest] of runtime.chunks) {
      assert.equal(head.metrics._sampling_priority_v1, 1)
      assert.ok(head.meta['_dd.p.dm'] !== undefined && head.meta['_dd.p.tid'] !== undefined)
      for (const span of rest) assert.equal(span.meta['_dd.p.dm'], undefined)
    }
  })

  test('is sent in parts when it stays open for long, and is then not in the list any more', () => {
    const runtime = testRuntime()
    const root = startUserSpan(runtime, 'root', undefined)
    startUserSpan(runtime, 'child', { childOf: root }).finish()
    assert.equal(waitingCount(), 1)
    flushWaiting(performance.now() + 1)
    assert.deepEqual(
      runtime.spans().map(span => span.name),
      ['child'],
    )
    assert.equal(waitingCount(), 0)
    root.finish()
    assert.equal(runtime.spans().length, 2)
  })

  test('a child of a finished span is sent as a chunk of its own', () => {
    const runtime = testRuntime()
    const root = startUserSpan(runtime, 'root', undefined)
    root.finish()
    startUserSpan(runtime, 'late', { childOf: root }).finish()
    const [[sent], [late]] = runtime.chunks
    assert.equal(late.parentId, sent.spanId)
    assert.equal(late.traceId, sent.traceId)
    assert.equal(late.metrics._sampling_priority_v1, 1)
  })

  test('holds a bounded number of open spans, and sends detached spans when they finish', () => {
    let detached = 0
    const runtime = testRuntime({
      onOpenSpansDetached: count => (detached += count),
      partialFlushMinSpans: 1e9,
    })
    const root = startUserSpan(runtime, 'root', undefined)
    const open: Span[] = []
    for (let index = 0; index < MAX_OPEN_SPANS; index++)
      open.push(startUserSpan(runtime, 'open', { childOf: root }))
    assert.ok(detached > 0)
    assert.ok(root.trace.spans.length <= MAX_OPEN_SPANS)
    for (const span of open) span.finish()
    root.finish()
    assert.equal(runtime.spans().length, MAX_OPEN_SPANS + 1)
  })

  test('ignores tags that are set after it was sent', () => {
    const runtime = testRuntime()
    const span = startUserSpan(runtime, 'a', { tags: { big: 'x' } })
    span.finish()
    span.setTag('late', 1).addTags({ late: 1 }).setError(new Error('late'))
    span.addEvent('late').addLink({ context: span })
    assert.deepEqual(Object.keys(span.tags), [])
    assert.equal(span.events, undefined)
  })

  test('manual.keep and manual.drop win over every other decision, also over one from upstream', () => {
    for (const [tag, priority, maker] of [
      ['manual.keep', 2, '-4'],
      ['manual.drop', -1, undefined],
    ] as const) {
      const runtime = testRuntime()
      const remote = new RemoteContext()
      Object.assign(remote, {
        traceLo: 7,
        spanLo: 8,
        priority: tag === 'manual.keep' ? -1 : 2,
        propagated: { '_dd.p.dm': '-1' },
      })
      const span = startUserSpan(runtime, 'a', { childOf: remote })
      span.setTag(tag, true)
      span.finish()
      const [sent] = runtime.spans()
      assert.equal(sent.metrics._sampling_priority_v1, priority)
      assert.equal(sent.meta['_dd.p.dm'], maker)
      assert.equal(sent.parentId, 8n)
    }
  })

  test('128-bit ids can be switched off', () => {
    const runtime = testRuntime({ traceId128: false })
    const span = startUserSpan(runtime, 'a', undefined)
    assert.equal(span.toTraceId(true), `${'0'.repeat(16)}${span.toSpanId(true)}`)
    span.finish()
    assert.equal(runtime.spans()[0].meta['_dd.p.tid'], undefined)
  })
})
