/** Calls of the application, and the lines that arrive. */

import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Metrics } from '../../../src/metrics/index'
import type { DogStatsd, MetricTags } from '../../../src/metrics/types'
import { type MetricLine, metricsTo, type Sink, udpSink } from '../../support/dogstatsd'

const COMMON = ['service:shop', 'version:1']

let sink: Sink
let metrics: Metrics
let client: DogStatsd

beforeEach(async () => {
  sink = await udpSink()
  open()
})

afterEach(async () => {
  await metrics.shutdown()
  await sink.close()
})

function open(env: Record<string, string> = {}, options: Record<string, unknown> = {}): void {
  metrics = metricsTo(sink.port, env, options)
  client = metrics.client
}

/** `count` metrics, in short: `name:values|type tags`. */
async function arrived(count: number): Promise<string[]> {
  await client.flush()
  await sink.until(() => sink.lines().length >= count)
  assert.equal(sink.lines().length, count)
  return sink.metrics().map(short)
}

function short({ name, values, type, tags, rate, fields }: MetricLine): string {
  const own = tags.filter(tag => !COMMON.includes(tag))
  const more = Object.entries(fields).map(([key, value]) => `${key}=${value}`)
  const at = rate === 1 ? [] : [`@${rate}`]
  return [`${name}:${values.join(':')}|${type}`, ...at, ...own, ...more].join(' ')
}

describe('types', () => {
  test('counts are summed up, each series by itself', async () => {
    client.increment('orders')
    client.increment('orders', 4)
    client.decrement('orders')
    client.decrement('stock', 2.5)
    client.increment('orders', 1, { route: '/a' })
    client.increment('orders', 1, { route: '/b' })
    client.increment('orders', 1, { route: '/a' })
    assert.deepEqual(await arrived(4), [
      'orders:4|c',
      'stock:-2.5|c',
      'orders:2|c route:/a',
      'orders:1|c route:/b',
    ])
  })

  test('a sum starts anew with each flush', async () => {
    client.increment('orders', 2)
    await arrived(1)
    client.increment('orders', 3)
    assert.deepEqual(await arrived(2), ['orders:2|c', 'orders:3|c'])
  })

  test('the last value of a gauge is sent, once', async () => {
    client.gauge('depth', 5)
    client.gauge('depth', -3)
    assert.deepEqual(await arrived(1), ['depth:-3|g'])
    await client.flush()
    assert.equal(sink.metrics().length, 1)
  })

  test('a gauge is the same with its tags in another order, or as a list', async () => {
    client.gauge('depth', 1, { a: 1, b: 2 })
    client.gauge('depth', 2, { b: 2, a: 1 })
    client.gauge('depth', 3, ['b:2', 'a:1'])
    assert.deepEqual(await arrived(1), ['depth:3|g a:1 b:2'])
  })

  test('a list of a and b is not a key a of value b', async () => {
    client.increment('x', 1, ['a', 'b'])
    client.increment('x', 1, { a: 'b' })
    assert.deepEqual(await arrived(2), ['x:1|c a b', 'x:1|c a:b'])
  })

  test('each member of a set is sent once', async () => {
    for (const user of ['ann', 'bob', 'ann', 7, '7']) client.set('users', user)
    assert.deepEqual(await arrived(3), ['users:ann|s', 'users:bob|s', 'users:7|s'])
  })

  test('histograms, distributions and timings keep every value; those of one series share a line', async () => {
    client.distribution('latency', 1.5)
    client.distribution('latency', 2)
    client.histogram('size', 10)
    client.histogram('size', 10)
    client.distribution('latency', 3, { a: 1 })
    client.distribution('latency', 4)
    client.timing('took', 12)
    assert.deepEqual(await arrived(5), [
      'latency:1.5:2|d',
      'size:10:10|h',
      'latency:3|d a:1',
      'latency:4|d',
      'took:12|ms',
    ])
  })

  test('a list of names gets the same value', async () => {
    client.increment(['a', 'b'], 2)
    client.distribution(['c', 'd'], 3)
    assert.deepEqual(await arrived(4), ['c:3|d', 'd:3|d', 'a:2|c', 'b:2|c'])
  })

  test('every call is sent unchanged if aggregation is off', async () => {
    open({ DD_DOGSTATSD_AGGREGATION_ENABLED: 'false' })
    client.increment('orders')
    client.gauge('depth', 1)
    client.gauge('depth', 2)
    client.set('users', 'ann')
    client.set('users', 'ann')
    assert.deepEqual(await arrived(4), ['orders:1|c', 'depth:1:2|g', 'users:ann|s', 'users:ann|s'])
  })
})

describe('tags', () => {
  test('service, env, version, the tags of the tracer and those of metrics come first', async () => {
    open(
      { DD_ENV: 'prod', DD_TAGS: 'team:web,plain', DD_ENTITY_ID: 'pod-1' },
      { dogstatsd: { tags: { zone: 'b' } } },
    )
    client.increment('x', 1, { a: 1 })
    await arrived(1)
    assert.deepEqual(sink.metrics()[0].tags, [
      'service:shop',
      'env:prod',
      'version:1',
      'team:web',
      'plain',
      'zone:b',
      'dd.internal.entity_id:pod-1',
      'a:1',
    ])
  })

  test('a tag of the call replaces the common one with its key', async () => {
    open({ DD_TAGS: 'team:web' })
    client.increment('x', 1, { team: 'api', service: 'other' })
    client.increment('x', 1, ['team:ops', 'team:dev'])
    await arrived(2)
    assert.deepEqual(
      sink.metrics().map(({ tags }) => tags),
      [
        ['version:1', 'service:other', 'team:api'],
        ['service:shop', 'version:1', 'team:dev', 'team:ops'],
      ],
    )
  })

  test('numbers, booleans and empty values are tags; null, undefined and objects are left out', async () => {
    const odd = { n: 1.5, t: true, empty: '', nothing: null, missing: undefined, object: {}, s: Symbol('s') }
    client.increment('x', 1, odd as unknown as MetricTags)
    client.increment('y', 1, ['a', '', null, 3] as unknown as MetricTags)
    client.increment('z', 1, 'a:b' as unknown as MetricTags)
    assert.deepEqual(await arrived(3), ['x:1|c empty n:1.5 t:true', 'y:1|c 3 a', 'z:1|c'])
  })

  test('no tag can end the field, the line or itself', async () => {
    client.increment('x', 1, { 'a,b|c': 'd\ne|f,g', 'k:l': 'http://m' })
    client.increment('y', 1, ['a|#b:c,d\r\nz:1|c'])
    assert.deepEqual(await arrived(2), ['x:1|c a_b_c:d_e_f_g k_l:http://m', 'y:1|c a_#b:c_d__z:1_c'])
  })

  test('a tag ends after 200 characters, and never within one', async () => {
    client.increment('x', 1, [`${'a'.repeat(199)}😀`])
    client.increment('y', 1, [`${'a'.repeat(198)}😀b`])
    assert.deepEqual(await arrived(2), [`x:1|c ${'a'.repeat(199)}`, `y:1|c ${'a'.repeat(198)}😀`])
  })
})

describe('options', () => {
  test('a sample rate thins out calls that are not aggregated, and is sent along', async () => {
    for (let index = 0; index < 1000; index++)
      client.distribution('latency', 1, undefined, { sampleRate: 0.1 })
    await client.flush()
    await sink.until(() => sink.lines().length > 0)
    const lines = sink.metrics()
    const values = lines.reduce((sum, line) => sum + line.values.length, 0)
    // Ten standard deviations of a binomial distribution.
    assert.ok(values > 5 && values < 195, String(values))
    assert.ok(lines.every(({ rate }) => rate === 0.1))
  })

  test('aggregated values are exact: they have no rate', async () => {
    for (let index = 0; index < 100; index++) client.increment('orders', 1, undefined, { sampleRate: 0.01 })
    client.gauge('depth', 1, undefined, { sampleRate: 0.01 })
    assert.deepEqual(await arrived(2), ['orders:100|c', 'depth:1|g'])
  })

  test('an invalid rate is 1', async () => {
    for (const sampleRate of [1, 2, 0, -1, Number.NaN]) client.timing('took', 1, undefined, { sampleRate })
    assert.deepEqual(await arrived(1), ['took:1:1:1:1:1|ms'])
  })

  test('counts and gauges with a timestamp are sent unaggregated; other types ignore it', async () => {
    client.increment('orders', 2, undefined, { timestamp: 1_760_000_000 })
    client.increment('orders', 3, undefined, { timestamp: new Date(1_760_000_001_999) })
    client.gauge('depth', 4, { a: 1 }, { timestamp: 1_760_000_000.9 })
    client.distribution('latency', 5, undefined, { timestamp: 1_760_000_000 })
    client.increment('now', 1, undefined, { timestamp: new Date(Number.NaN) })
    assert.deepEqual(await arrived(5), [
      'orders:2|c T=1760000000',
      'orders:3|c T=1760000001',
      'depth:4|g a:1 T=1760000000',
      'latency:5|d',
      'now:1|c',
    ])
  })

  test('cardinality comes from the call, else from the settings', async () => {
    open({ DD_CARDINALITY: 'low' })
    client.increment('x')
    client.increment('x', 1, undefined, { cardinality: 'high' })
    client.increment('x', 1, undefined, { cardinality: 'all' as 'high' })
    assert.deepEqual(await arrived(2), ['x:2|c card=low', 'x:1|c card=high'])
  })

  test('DD_EXTERNAL_ENV goes with each line, where origins are detected', async () => {
    open({ DD_EXTERNAL_ENV: 'it-false,cn-shop,pu-|1', DD_ORIGIN_DETECTION_ENABLED: 'true' })
    client.increment('x')
    await client.flush()
    await sink.until(() => sink.lines().length === 1)
    assert.equal(sink.metrics()[0].fields.e, 'it-false,cn-shop,pu-1')
  })
})

describe('children', () => {
  test('add their prefix and tags to those of the parent', async () => {
    open({ DD_TAGS: 'team:web' }, { dogstatsd: { prefix: 'shop.' } })
    const orders = client.childClient({ prefix: 'orders.', tags: { team: 'api', kind: 'order' } })
    const late = orders.childClient({ prefix: 'late.', tags: ['kind:late'] })
    client.increment('x')
    orders.increment('x', 1, { a: 1 })
    late.increment('x')
    orders.childClient().increment('x', 1, { a: 1 })
    assert.deepEqual(await arrived(3), [
      'shop.x:1|c team:web',
      'shop.orders.x:2|c team:api kind:order a:1',
      'shop.orders.late.x:1|c team:api kind:late',
    ])
  })
})

describe('timers', () => {
  test('time a function that is otherwise unchanged', async () => {
    function add(this: { base: number }, a: number, b: number): number {
      return this.base + a + b
    }
    const timed = client.timer(add, 'took', { a: 1 })
    assert.equal(timed.call({ base: 1 }, 2, 3), 6)
    assert.equal(timed.name, 'add')
    assert.equal(timed.length, 2)
    const [line] = await arrived(1)
    assert.match(line, /^took:[\d.e-]+\|ms a:1$/)
  })

  test('time a function that throws, and pass its error on', async () => {
    const error = new Error('no')
    const timed = client.timer(() => {
      throw error
    }, 'took')
    assert.throws(timed, each => each === error)
    assert.equal((await arrived(1)).length, 1)
  })

  test('a class can still be constructed', async () => {
    class Cart {
      size = 1
    }
    const Timed = client.timer(Cart as unknown as () => Cart, 'took') as unknown as typeof Cart
    assert.ok(new Timed() instanceof Cart)
    await arrived(1)
  })

  test('time a promise until it settles, and hand it out untouched', async () => {
    let settle: (value: string) => void = () => {}
    const promise = new Promise<string>(resolve => {
      settle = resolve
    })
    const timed = client.asyncTimer(() => promise, 'took')
    assert.equal(timed(), promise)
    await client.flush()
    assert.equal(sink.lines().length, 0)
    settle('done')
    await promise
    assert.equal((await arrived(1)).length, 1)
  })

  test('time a promise that rejects, and handle nothing for the caller', async () => {
    const error = new Error('no')
    const timed = client.asyncTimer(async () => Promise.reject(error), 'took')
    await assert.rejects(timed, each => each === error)
    assert.equal((await arrived(1)).length, 1)
  })
})

describe('invalid calls', () => {
  test('values that are no numbers are left out, numbers as text are not', async () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 'x', '', ' ', {}, null, Symbol('s')])
      client.gauge('bad', value as number)
    for (const member of ['', {}, null, undefined]) client.set('bad', member as string)
    client.gauge('text', '4.5' as unknown as number)
    client.gauge('big', 2n as unknown as number)
    assert.deepEqual(await arrived(2), ['text:4.5|g', 'big:2|g'])
  })

  test('names are made valid, and those without a letter at the start left out', async () => {
    client.increment('a b:1|c\nc-é')
    client.increment('5xx')
    client.increment('')
    client.increment(undefined as unknown as string)
    client.increment(`x${'y'.repeat(300)}`)
    assert.deepEqual(await arrived(2), ['a_b_1_c_c__:1|c', `x${'y'.repeat(199)}:1|c`])
  })

  test('no call throws, whatever its arguments are', () => {
    const bad: unknown[] = [
      undefined,
      null,
      1,
      1n,
      {},
      [],
      [null],
      Symbol('s'),
      new Proxy({}, { ownKeys: fail }),
    ]
    function fail(): never {
      throw new Error('no')
    }
    for (const one of bad) {
      for (const other of bad) {
        for (const method of Object.values(client) as ((...args: unknown[]) => unknown)[]) {
          assert.doesNotThrow(() => method(one, other, one, other), String(method))
          assert.doesNotThrow(() => method('name', 1, one, other), String(method))
        }
      }
    }
  })

  test('methods work without their client', async () => {
    const { increment } = client
    increment('x')
    assert.deepEqual(await arrived(1), ['x:1|c'])
  })

  test('nothing is sent after the shutdown', async () => {
    client.increment('x')
    await metrics.shutdown()
    client.increment('y')
    await client.flush()
    await sink.until(() => sink.lines().length > 0)
    assert.deepEqual(sink.metrics().map(short), ['x:1|c'])
  })
})
