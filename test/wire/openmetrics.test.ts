/** The text of `tracer.metrics`, read by the parsers of Prometheus' own client. */

import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import type { Metrics } from '../../src/metrics/index'
import { openMetrics } from '../../src/metrics/index'
import type { TraceIds } from '../../src/metrics/openmetrics/exemplar'
import type { MetricsExposition } from '../../src/metrics/types'
import { metricsConfig } from '../support/dogstatsd'
import { type ParsedFamily, parse, samplesIn, unavailable } from '../support/prometheus'

/** An address where no agent listens: scraping needs none. */
const NOBODY = { DD_DOGSTATSD_URL: 'udp://127.0.0.1:9', DD_TRACE_LOG_LEVEL: 'off' }
const FORMATS = ['openmetrics', 'prometheus'] as const

let metrics: Metrics | undefined

afterEach(async () => {
  await metrics?.shutdown(0)
})

function open(activeTrace: () => TraceIds | undefined = () => undefined, env: Record<string, string> = {}) {
  metrics = openMetrics(metricsConfig({ ...NOBODY, ...env }))
  return { client: metrics.client, exposition: metrics.exposition(activeTrace), metrics }
}

function read(
  exposition: MetricsExposition,
  format: (typeof FORMATS)[number] = 'openmetrics',
): ParsedFamily[] {
  const families = parse(format, exposition.text({ format }))
  return families.filter(({ name }) => name !== 'target' && name !== 'target_info')
}

function only(families: readonly ParsedFamily[]): ParsedFamily {
  assert.equal(families.length, 1, JSON.stringify(families))
  return families[0]
}

describe('OpenMetrics', { skip: unavailable }, () => {
  test('the text without any series is valid too', () => {
    const { exposition } = open()
    assert.deepEqual(parse('openmetrics', exposition.text()), [
      {
        name: 'target',
        type: 'info',
        unit: '',
        help: 'what is measured',
        samples: [
          { name: 'target_info', labels: { service: 'shop', version: '1' }, value: 1, exemplar: null },
        ],
      },
    ])
    const old = only(parse('prometheus', exposition.text({ format: 'prometheus' })))
    assert.deepEqual([old.name, old.type, old.samples[0].value], ['target_info', 'gauge', 1])
  })

  test('counts add up over flushes and scrapes', async () => {
    const { client, exposition, metrics } = open()
    client.increment('shop.orders', 2, { shop: 'north', pay: 'card' })
    assert.deepEqual(samplesIn(read(exposition)), { 'shop_orders_total{pay="card",shop="north"}': 2 })
    await metrics.flush()
    client.increment('shop.orders', 3, ['pay:card', 'shop:north'])
    client.increment('shop.orders', 1)
    for (const format of FORMATS) {
      const family = only(read(exposition, format))
      assert.deepEqual(
        [family.name, family.type, family.help],
        ['shop_orders', 'counter', 'shop.orders (count)'],
      )
      assert.deepEqual(samplesIn([family]), {
        'shop_orders_total{pay="card",shop="north"}': 5,
        shop_orders_total: 1,
      })
    }
  })

  test('a name that ends with total gets no second suffix', () => {
    const { client, exposition } = open()
    client.increment('orders.total')
    assert.deepEqual(samplesIn(read(exposition)), { orders_total: 1 })
  })

  test('calls before the first use are not counted, and sampled calls count as often as they were made', () => {
    metrics = openMetrics(metricsConfig({ ...NOBODY, DD_DOGSTATSD_AGGREGATION_ENABLED: 'false' }))
    const { client } = metrics
    client.increment('x')
    const exposition = metrics.exposition(() => undefined)
    assert.equal(
      metrics.exposition(() => undefined),
      exposition,
    )
    for (let times = 0; times < 100; times++) client.increment('x', 1, undefined, { sampleRate: 0.01 })
    client.increment('x', 5, undefined, { timestamp: 1_760_000_000 })
    assert.deepEqual(samplesIn(read(exposition)), { x_total: 105 })
  })

  test('a count that goes down is a gauge from then on', () => {
    const { client, exposition } = open()
    client.increment('open.carts', 3)
    client.decrement('open.carts')
    for (const format of FORMATS) {
      const family = only(read(exposition, format))
      assert.equal(family.type, 'gauge')
      assert.deepEqual(samplesIn([family]), { open_carts: 2 })
    }
  })

  test('a gauge has its last value, also after flushes', async () => {
    const { client, exposition, metrics } = open()
    for (const value of [1, -2.5e-7]) client.gauge('queue.depth', value, { queue: 'mail' })
    await metrics.flush()
    for (const format of FORMATS) {
      assert.deepEqual(samplesIn(read(exposition, format)), { 'queue_depth{queue="mail"}': -2.5e-7 })
    }
  })

  test('a set has the number of its members', () => {
    const { client, exposition } = open()
    for (const member of ['ann', 'bob', 'ann', 5]) client.set('users', member)
    const family = only(read(exposition))
    assert.deepEqual([family.type, samplesIn([family])], ['gauge', { users_unique: 3 }])
  })

  test('a timing is a histogram of seconds, cumulative', () => {
    const { client, exposition } = open()
    for (const ms of [0.5, 1, 1.0001, 20, 100_000]) client.timing('card.charged', ms, { bank: 'a' })
    for (const format of FORMATS) {
      const family = only(read(exposition, format))
      assert.deepEqual([family.name, family.type], ['card_charged_seconds', 'histogram'])
      assert.equal(family.unit, format === 'openmetrics' ? 'seconds' : '')
      const samples = samplesIn([family])
      const bucket = (le: string) => samples[`card_charged_seconds_bucket{bank="a",le="${le}"}`]
      assert.deepEqual(['0.001', '0.0025', '0.025', '60.0', '+Inf'].map(bucket), [2, 3, 4, 4, 5])
      assert.equal(samples['card_charged_seconds_count{bank="a"}'], 5)
      assert.ok(Math.abs(samples['card_charged_seconds_sum{bank="a"}'] - 100.0225001) < 1e-9)
    }
  })

  test('histograms and distributions have buckets for values of any unit, or those that are set', () => {
    const { client, exposition } = open()
    exposition.setBounds('order.value', [250, 1e-5, 100, 2_500_000, 100, Number.NaN])
    client.distribution('order.value', 100)
    client.distribution('order.value', 101)
    client.histogram('basket.size', 7)
    for (const format of FORMATS) {
      const samples = samplesIn(read(exposition, format))
      assert.deepEqual(
        Object.entries(samples).filter(([name]) => name.startsWith('order_value_bucket')),
        [
          ['order_value_bucket{le="1e-05"}', 0],
          ['order_value_bucket{le="100.0"}', 1],
          ['order_value_bucket{le="250.0"}', 2],
          ['order_value_bucket{le="2.5e+06"}', 2],
          ['order_value_bucket{le="+Inf"}', 2],
        ],
      )
      assert.equal(samples['basket_size_bucket{le="5.0"}'], 0)
      assert.equal(samples['basket_size_bucket{le="10.0"}'], 1)
      assert.equal(samples['basket_size_bucket{le="1e+06"}'], 1)
    }
  })

  test('the active trace is the example of a count and of a bucket, once between two scrapes', () => {
    let ids: TraceIds | undefined
    const startedAt = Date.now() / 1000
    let asked = 0
    const { client, exposition } = open(() => {
      asked++
      return ids
    })
    const exemplarOf = (name: string) =>
      read(exposition)
        .flatMap(({ samples }) => samples)
        .find(sample => sample.name === name && sample.exemplar !== null)?.exemplar
    client.increment('orders', 2)
    assert.equal(exemplarOf('orders_total'), undefined)
    ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }
    client.increment('orders', 3)
    client.timing('charged', 20)
    ids = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }
    client.increment('orders', 4)
    assert.equal(asked, 3)
    const first = exemplarOf('orders_total')
    assert.deepEqual(
      [first?.labels, first?.value],
      [{ trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) }, 3],
    )
    const at = first?.at ?? 0
    assert.ok(at >= startedAt && at <= Date.now() / 1000, `${at}`)
    assert.equal(exemplarOf('charged_seconds_bucket')?.value, 0.02)
    // An example stays until there is another one.
    client.increment('orders', 5)
    assert.equal(exemplarOf('orders_total')?.value, 5)
    assert.equal(exemplarOf('orders_total')?.value, 5)
    assert.doesNotMatch(exposition.text({ format: 'prometheus' }), /trace_id/)
  })

  test('any tag is a label, and no text ends a line', () => {
    const { client, exposition } = open()
    const value = 'a"b\\c\nd\ud800€😀'
    client.gauge('x', 1, { 'http.route': value, le: 'x', __name__: 'y', '1st': 'z', café: 'ü' })
    client.gauge('x', 2, ['canary', 'role:a', 'role:b', 'role:a', 'empty:'])
    for (const format of FORMATS) {
      const [first, second] = only(read(exposition, format)).samples
      assert.deepEqual(first.labels, {
        http_route: 'a"b\\c_d\ufffd€😀',
        tag_le: 'x',
        tag_name__: 'y',
        _1st: 'z',
        caf_: 'ü',
      })
      assert.deepEqual(second.labels, { canary: 'true', role: 'a,b', empty: '' })
    }
  })

  test('labels of all series are written once, and labels of a child on its own series', () => {
    const { client, exposition } = open(undefined, { DD_ENV: 'prod', DD_TAGS: 'team:a,zone:b' })
    client.childClient({ prefix: 'child.', tags: { part: 'cart', team: 'c' } }).increment('x')
    const [target, family] = parse('openmetrics', exposition.text())
    assert.deepEqual(target.samples[0].labels, {
      env: 'prod',
      service: 'shop',
      team: 'a',
      version: '1',
      zone: 'b',
    })
    assert.deepEqual(samplesIn([family]), { 'child_x_total{part="cart",team="c"}': 1 })
  })

  test('a name belongs to the type that comes first; the calls of others are counted', () => {
    const { client, exposition } = open()
    client.distribution('latency', 1)
    client.gauge('latency', 1)
    client.gauge('latency', 2)
    client.increment('latency.count')
    client.gauge('latency.count', 7)
    client.increment('a.b')
    client.increment('a_b')
    const families = read(exposition)
    assert.deepEqual(
      families.map(({ name, type }) => `${name} ${type}`),
      ['latency histogram', 'a_b counter', 'tracer_openmetrics_dropped_calls counter'],
    )
    const samples = samplesIn(families)
    assert.equal(samples.a_b_total, 2)
    assert.equal(samples.tracer_openmetrics_dropped_calls_total, 4)
  })

  test('numbers of any size, of many series', () => {
    const { client, exposition } = open()
    const values = [0, -0, 1e21, -1e300, 5e-324, 0.1 + 0.2, Number.MAX_SAFE_INTEGER]
    for (const [index, value] of values.entries()) client.gauge('x', value, { index })
    for (let series = 0; series < 2000; series++) client.timing('y', series, { series })
    for (const format of FORMATS) {
      const samples = samplesIn(read(exposition, format))
      assert.deepEqual(
        values.map((_, index) => samples[`x{index="${index}"}`]),
        values.map(value => (value === 0 ? 0 : value)),
      )
      assert.equal(samples['y_seconds_count{series="1999"}'], 1)
    }
  })
})
