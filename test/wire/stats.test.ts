/** The bytes of trace statistics, read back by msgpackr, and quantiles as the agent reads sketches. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Bucket } from '../../src/export/stats/bucket'
import type { SpanKey } from '../../src/export/stats/key'
import { encodeStats } from '../../src/export/stats/payload'
import { encodeSketch, LONGEST_NS, newSketch } from '../../src/export/stats/sketch'
import { Site } from '../../src/trace/site'
import { startSpan } from '../../src/trace/start'
import { counting, IDENTITY } from '../support/counting'
import { countOf, quantileOf, readSketch, readStats, type SeenGroup } from '../support/stats'

const START_MS = 1_700_000_000_000

describe('a payload', () => {
  const GROUP_KEYS = [
    ...['Service', 'Name', 'Resource', 'Type', 'SpanKind', 'HTTPMethod', 'HTTPEndpoint', 'HTTPStatusCode'],
    ...[
      'GRPCStatusCode',
      'srv_src',
      'Synthetics',
      'IsTraceRoot',
      'Hits',
      'Errors',
      'TopLevelHits',
      'Duration',
    ],
    ...['OkSummary', 'ErrorSummary'],
  ]

  test('identifies the sender, and leaves out what is not known', () => {
    const { Stats, ...identity } = readStats(encodeStats(IDENTITY, 7, []))
    const { ContainerID, GitCommitSha, ...known } = IDENTITY
    assert.deepEqual([ContainerID, GitCommitSha, Stats], ['', '', []])
    assert.deepEqual(identity, { ...known, Lang: 'javascript', Sequence: 7 })
  })

  test('holds groups with the keys of the agent, with and without peers', t => {
    t.mock.timers.enable({ apis: ['Date'], now: START_MS })
    const { runtime, aggregator } = counting({ peerTags: ['out.host'] })
    const site = new Site({ name: 'web', kind: 'client', type: 'http' })
    for (const tags of [{}, { 'out.host': 'ünïcode' }]) startSpan(runtime, site, undefined, tags).finish()
    const [{ Start, Duration, Stats }] = readStats(encodeStats(IDENTITY, 1, aggregator.take())).Stats
    assert.deepEqual([Start, Duration], [BigInt(START_MS) * 1_000_000n, 10_000_000_000n])
    assert.deepEqual(
      Stats.map(group => Object.keys(group).sort()),
      [[...GROUP_KEYS].sort(), [...GROUP_KEYS, 'PeerTags'].sort()],
    )
    assert.deepEqual(Stats[1].PeerTags, ['out.host:ünïcode'])
  })

  test('holds integers of any size, never a float', () => {
    const big = bucketWith({
      hits: 2 ** 40,
      errors: 2 ** 33,
      topLevelHits: 2 ** 32,
      duration: 2 ** 62 + 2 ** 40,
    })
    const [group] = readStats(encodeStats(IDENTITY, 2 ** 35, [big])).Stats[0].Stats as unknown as Record<
      string,
      bigint
    >[]
    assert.deepEqual(
      [group.Hits, group.Errors, group.TopLevelHits, group.Duration],
      [2n ** 40n, 2n ** 33n, 2n ** 32n, 2n ** 62n + 2n ** 40n],
    )
    const [{ Hits, Errors, Duration }] = readStats(encodeStats(IDENTITY, 1, [bucketWith({ hits: 1 })]))
      .Stats[0].Stats
    assert.deepEqual([Hits, Errors, Duration], [1, 0, 0n])
  })

  test('is one array of buckets, of thousands of groups', () => {
    const buckets = [0, 1].map(index => {
      const bucket = new Bucket(START_MS + index * 10_000)
      for (let group = 0; group < 1000; group++) bucket.group({ ...KEY, resource: `r-${group}` }).hits = group
      return bucket
    })
    const { Stats } = readStats(encodeStats(IDENTITY, 1, buckets))
    assert.deepEqual(
      Stats.map(({ Stats }) => Stats.reduce((sum, { Hits }) => sum + Hits, 0)),
      [499_500, 499_500],
    )
  })
})

describe('quantiles', () => {
  const COUNT = 20_000
  /** Pseudo-random numbers in [0, 1), the same in each run. */
  let seed = 1
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 2 ** 32
  }
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const MS = 1e6
  const distributions: [name: string, make: () => number][] = [
    ['uniform from 1 to 100 ms', () => (1 + 99 * random()) * MS],
    ['lognormal around 20 ms', () => 20 * MS * Math.exp(normal())],
    ['bimodal: 1 ms, and one in five 2 s', () => (random() < 0.8 ? 1 : 2000) * MS * (1 + 0.1 * normal())],
    ['constant', () => 12_345_678],
    ['from microseconds to hours', () => 1000 * 10 ** (9.5 * random())],
    ['a few nanoseconds', () => 1 + Math.floor(5 * random())],
  ]
  for (const [name, make] of distributions) {
    test(`are within 1 % of the exact ones: ${name}`, () => {
      const values = Array.from({ length: COUNT }, () => Math.max(1, Math.round(make())))
      const sketch = newSketch()
      for (const value of values) sketch.accept(value)
      const read = readSketch(encodeSketch(sketch))
      assert.equal(countOf(read), COUNT)
      assert.ok(Math.abs(read.mapping.gamma - 1.01 / 0.99) < 1e-12)
      assert.deepEqual([read.mapping.indexOffset, read.mapping.interpolation], [0, 0])
      values.sort((a, b) => a - b)
      for (const quantile of [0, 0.5, 0.75, 0.9, 0.95, 0.99, 1]) {
        const exact = values[Math.floor(quantile * (COUNT - 1))]
        const found = quantileOf(read, quantile)
        assert.ok(Math.abs(found / exact - 1) <= 0.010_001, `p${quantile * 100}: ${found} for ${exact}`)
      }
    })
  }

  test('of spans are those of their durations, failed ones apart', () => {
    const { runtime, groups } = counting()
    const site = new Site({ name: 'web', kind: 'server' })
    const now = Date.now()
    for (let index = 1; index <= 200; index++) {
      const span = startSpan(runtime, site, undefined, {}, now)
      span.error = index > 100 ? 1 : 0
      span.finish(now + (index > 100 ? (index - 100) * 100 : index))
    }
    const merged = groups()
    const sumOf = (pick: (group: SeenGroup) => number): number =>
      merged.reduce((sum, group) => sum + pick(group), 0)
    assert.equal(
      sumOf(({ OkSummary }) => countOf(readSketch(OkSummary))),
      100,
    )
    assert.equal(
      sumOf(({ ErrorSummary }) => countOf(readSketch(ErrorSummary))),
      100,
    )
    const [{ OkSummary }] = merged
    assert.ok(Math.abs(quantileOf(readSketch(OkSummary), 1) / 100e6 - 1) <= 0.010_001)
  })

  test('of the shortest and the longest durations fit in one sketch', () => {
    const sketch = newSketch()
    const values = Array.from({ length: COUNT }, (_, index) => LONGEST_NS ** (index / (COUNT - 1)))
    for (const value of values) sketch.accept(value)
    const read = readSketch(encodeSketch(sketch))
    assert.ok(read.positiveValues.contiguousBinCounts.length * 8 < 0x4000)
    assert.equal(countOf(read), COUNT)
    for (const quantile of [0, 0.5, 0.99, 1]) {
      const exact = values[Math.floor(quantile * (COUNT - 1))]
      assert.ok(Math.abs(quantileOf(read, quantile) / exact - 1) <= 0.010_001)
    }
  })

  test('of an empty sketch can be read too', () => {
    const read = readSketch(encodeSketch(undefined))
    assert.equal(countOf(read), 0)
    assert.ok(read.mapping.gamma > 1)
  })

  test('of one nanosecond are exactly these bytes: a reader may be more lenient about lengths than the agent', () => {
    const sketch = newSketch()
    sketch.accept(1)
    const double = (value: number): string => {
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleLE(value)
      return bytes.toString('hex')
    }
    assert.equal(
      Buffer.from(encodeSketch(sketch)).toString('hex'),
      `0a0909${double(1.01 / 0.99)}120c1208${double(1)}18011a0021${double(0)}`,
    )
  })

  test('include spans that took no time', () => {
    const sketch = newSketch()
    for (const value of [0, 0, 1000]) sketch.accept(value)
    const read = readSketch(encodeSketch(sketch))
    assert.deepEqual([read.zeroCount, quantileOf(read, 0.5)], [2, 0])
  })
})

const KEY: SpanKey = {
  service: 'shop',
  name: 'web',
  resource: '',
  type: '',
  kind: '',
  status: undefined,
  method: undefined,
  endpoint: undefined,
  grpc: undefined,
  source: undefined,
  isSynthetics: false,
  traceRoot: 0,
  peerCount: 0,
  peers: [],
  peerValues: [],
  peerNames: [],
}

function bucketWith(counts: object): Bucket {
  const bucket = new Bucket(START_MS)
  Object.assign(bucket.group(KEY), counts)
  return bucket
}
