/** Durations as the series of a histogram. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DurationStats, recordDurations } from '../../../../src/metrics/runtime/durations'
import { recorded } from '../../../support/recorded'

test('sum, count, minimum and maximum are exact; percentiles are right to a hundredth', () => {
  const spread = new DurationStats()
  const values = Array.from({ length: 1001 }, (_, index) => 1000 + index ** 3)
  for (const value of values.toReversed()) spread.add(value)
  const { median, percentile95, ...exact } = spread.take()
  assert.deepEqual(exact, {
    count: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    min: values[0],
    max: values[1000],
  })
  for (const [found, wanted] of [
    [median, values[500]],
    [percentile95, values[950]],
  ]) {
    assert.ok(Math.abs(found - wanted) < wanted / 100, `${found} for ${wanted}`)
  }
})

test('zero, fractions, negative and infinite durations are accepted', () => {
  const spread = new DurationStats()
  for (const value of [0, -5, 0.4, Number.POSITIVE_INFINITY]) spread.add(value)
  assert.deepEqual(spread.take(), {
    count: 4,
    sum: 3.6e12,
    min: 0,
    max: 3.6e12,
    median: 1,
    percentile95: 3.6e12,
  })
})

test('an interval begins anew, and an empty one records nothing', () => {
  const spread = new DurationStats()
  const { recorder, take } = recorded()
  spread.add(5)
  recordDurations(recorder, 'x', spread.take())
  assert.deepEqual(take(), {
    gauges: { 'x.min': 5, 'x.max': 5, 'x.avg': 5, 'x.median': 5, 'x.95percentile': 5 },
    counts: { 'x.sum': 5, 'x.total': 5, 'x.count': 1 },
  })
  recordDurations(recorder, 'x', spread.take())
  assert.deepEqual(take(), { gauges: {}, counts: {} })
})
