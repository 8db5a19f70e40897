/** Counts in groups, and groups in buckets of ten seconds. */

import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import { MAX_BUCKETS } from '../../../../src/export/stats/aggregator'
import { MAX_GROUPS } from '../../../../src/export/stats/bucket'
import { Site } from '../../../../src/trace/site'
import { startSpan } from '../../../../src/trace/start'
import { counting, decode } from '../../../support/counting'
import { catchLog } from '../../../support/log-lines'
import { countOf, readSketch } from '../../../support/stats'

const site = new Site({ name: 'web', kind: 'server' })
/** Start of a bucket. */
const START_MS = 1_700_000_000_000

describe('buckets', () => {
  beforeEach(() => mock.timers.enable({ apis: ['Date'], now: START_MS }))
  afterEach(() => mock.timers.reset())

  /** Ends a span at `endMs` after START_MS; the clock shows that time too, unless another is given. */
  function end(runtime: Parameters<typeof startSpan>[0], endMs: number, nowMs = endMs): void {
    mock.timers.setTime(START_MS + nowMs)
    const span = startSpan(runtime, site, undefined, {}, START_MS - 60_000)
    span.finish(START_MS + endMs)
  }
  const starts = (buckets: readonly { startMs: number }[]): number[] =>
    buckets.map(({ startMs }) => startMs - START_MS)

  test('hold what ended in the same ten seconds, whenever it began', () => {
    const { runtime, aggregator } = counting()
    for (const endMs of [0, 9_999, 10_000, 19_999.5, 20_000]) end(runtime, endMs)
    const buckets = decode(aggregator.take())
    assert.deepEqual(
      buckets.map(({ Start, Duration, Stats }) => [Start, Duration, Stats[0].Hits]),
      [0n, 10n, 20n].map((seconds, index) => [
        BigInt(START_MS) * 1_000_000n + seconds * 1_000_000_000n,
        10_000_000_000n,
        [2, 2, 1][index],
      ]),
    )
  })

  test('are taken when they have ended, not before', () => {
    const { runtime, aggregator } = counting()
    for (const endMs of [3_000, 13_000, 23_000]) end(runtime, endMs)
    assert.deepEqual(starts(aggregator.take(START_MS + 9_999)), [])
    assert.deepEqual(starts(aggregator.take(START_MS + 20_000)), [0, 10_000])
    assert.deepEqual(starts(aggregator.take(START_MS + 29_999)), [])
    assert.equal(aggregator.isEmpty, false)
    assert.deepEqual(starts(aggregator.take()), [20_000])
    assert.equal(aggregator.isEmpty, true)
  })

  test('that were taken are not written to any more', () => {
    const { runtime, aggregator } = counting()
    end(runtime, 1_000)
    const [taken] = aggregator.take()
    end(runtime, 2_000)
    assert.equal(taken.groups[0].hits, 1)
    assert.equal(aggregator.take()[0].groups[0].hits, 1)
  })

  test('never lie ahead: a span that ends later than now counts as ending now', () => {
    const { runtime, aggregator } = counting()
    end(runtime, 3_600_000, 5_000)
    assert.deepEqual(starts(aggregator.take()), [0])
  })

  test('of a span that is counted late are opened afterwards', () => {
    const { runtime, aggregator } = counting()
    end(runtime, 25_000)
    end(runtime, 5_000, 25_000)
    assert.deepEqual(starts(aggregator.take()), [0, 20_000])
  })

  test('are limited in number: a new one replaces the oldest, and older spans count in the oldest that is left', () => {
    const lines = catchLog('warn')
    const { runtime, aggregator } = counting()
    for (let index = 0; index < MAX_BUCKETS; index++) end(runtime, index * 10_000)
    assert.deepEqual(lines, [])
    end(runtime, -10_000, 80_000)
    assert.deepEqual(lines, [])
    end(runtime, MAX_BUCKETS * 10_000)
    assert.deepEqual(lines, [
      'warn: trace statistics of ten seconds are lost: the agent did not take them in time',
    ])
    const buckets = aggregator.take()
    assert.equal(buckets.length, MAX_BUCKETS)
    assert.deepEqual(starts(buckets).slice(0, 2), [10_000, 20_000])
    catchLog('off')
  })

  test('of the full number count older spans in the oldest', () => {
    const { runtime, aggregator } = counting()
    for (let index = 0; index < MAX_BUCKETS; index++) end(runtime, index * 10_000)
    end(runtime, -10_000, 75_000)
    const [oldest] = aggregator.take()
    assert.deepEqual([oldest.startMs, oldest.groups[0].hits], [START_MS, 2])
  })
})

describe('groups', () => {
  test('add up hits, errors and nanoseconds, with a sketch of its own for errors', () => {
    const { runtime, groups } = counting()
    const now = Date.now()
    for (const [durationMs, error] of [
      [1, 0],
      [2.5, 0],
      [4, 1],
    ] as const) {
      const span = startSpan(runtime, site, undefined, {}, now)
      span.error = error
      span.durationMs = -1
      span.finish(now + durationMs)
    }
    const [{ Hits, Errors, TopLevelHits, Duration, OkSummary, ErrorSummary }, ...others] = groups()
    assert.deepEqual([Hits, Errors, TopLevelHits, others.length], [3, 1, 3, 0])
    assert.ok(Math.abs(Number(Duration) - 7_500_000) <= 3)
    assert.deepEqual([countOf(readSketch(OkSummary)), countOf(readSketch(ErrorSummary))], [2, 1])
  })

  test('count a longer span as one of three years', () => {
    const { runtime, groups } = counting()
    startSpan(runtime, site, undefined, {}, 1).finish(1e15)
    const [{ Hits, Duration, OkSummary }] = groups()
    assert.deepEqual([Hits, Number(Duration), countOf(readSketch(OkSummary))], [1, 1e17, 1])
  })

  test('are found again among thousands, by every part of their key', () => {
    const { runtime, groups } = counting({ peerTags: ['out.host'] })
    const sites = [site, new Site({ name: 'pg', kind: 'client', service: 'pg' })]
    const count = 500
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < count; index++) {
        const span = startSpan(runtime, sites[index % 2], undefined, {
          'http.status_code': index % 3 === 0 ? '200' : '500',
          'http.route': `/route-${index % 5}`,
          'out.host': `host-${index % 7}`,
        })
        span.resource = `resource-${index}`
        span.finish()
      }
    }
    const found = groups()
    assert.equal(found.length, count)
    assert.ok(found.every(({ Hits }) => Hits === 3))
  })

  for (const [what, first, second] of [
    ['status', { 'http.status_code': '200' }, { 'http.status_code': '201' }],
    ['method', { 'http.method': 'GET' }, { 'http.method': 'PUT' }],
    ['endpoint', { 'http.route': '/a' }, { 'http.route': '/b' }],
    ['endpoint that only one has', {}, { 'http.route': '/b' }],
    ['code of gRPC', { 'grpc.code': 1 }, { 'grpc.code': 2 }],
    ['source of the service', { '_dd.svc_src': 'm' }, { '_dd.svc_src': 'pg' }],
    ['kind', { 'span.kind': 'server' }, { 'span.kind': 'consumer' }],
  ] as const) {
    test(`differ by ${what}`, () => {
      const { runtime, groups } = counting()
      for (const tags of [first, second, first]) startSpan(runtime, site, undefined, { ...tags }).finish()
      assert.deepEqual(
        groups().map(({ Hits }) => Hits),
        [2, 1],
      )
    })
  }

  test(`beyond ${MAX_GROUPS} of a bucket become one; existing ones go on counting`, () => {
    const { runtime, aggregator } = counting()
    const end = (resource: string): void => {
      const span = startSpan(runtime, site, undefined, {})
      span.resource = resource
      span.finish()
    }
    mock.timers.enable({ apis: ['Date'], now: START_MS })
    for (let index = 0; index < MAX_GROUPS; index++) end(`resource-${index}`)
    end('resource-0')
    assert.equal(decode(aggregator.take())[0].Stats.length, MAX_GROUPS)
    for (let index = 0; index < MAX_GROUPS + 3; index++) end(`resource-${index}`)
    end('resource-0')
    const [{ groups, blockedCount }] = aggregator.take()
    mock.timers.reset()
    assert.equal(blockedCount, 3)
    const [{ Stats }] = decode([{ startMs: START_MS, groups } as never])
    assert.equal(Stats.length, MAX_GROUPS + 1)
    const blocked = Stats.at(-1)
    assert.deepEqual(
      [blocked?.Resource, blocked?.Service, blocked?.Hits],
      ['tracer_blocked_value', 'tracer_blocked_value', 3],
    )
    assert.equal(Stats.find(({ Resource }) => Resource === 'resource-0')?.Hits, 2)
  })
})
