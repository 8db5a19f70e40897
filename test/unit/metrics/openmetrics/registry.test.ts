/** Bounds of the registry for scrapes. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bucketOf } from '../../../../src/metrics/openmetrics/bounds'
import { boundText } from '../../../../src/metrics/openmetrics/numbers'
import { Registry } from '../../../../src/metrics/openmetrics/registry'
import { render } from '../../../../src/metrics/openmetrics/render'
import { MAX_MEMBERS, WINDOW_MS } from '../../../../src/metrics/openmetrics/scraped-set'
import { type Kind, Series } from '../../../../src/metrics/series'

const NO_LABELS = new Map<string, string>()

function seriesOf(kind: Kind, name: string, ...labels: string[]): Series {
  return new Series(kind, name, `|${kind}`, labels)
}

function linesOf(registry: Registry): string[] {
  registry.members.sweep()
  return render(registry, NO_LABELS, 'openmetrics')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
}

describe('the number of series', () => {
  test('is bounded; known series go on, and calls of further ones are counted', () => {
    const registry = new Registry({ maxSeries: 2 })
    const first = seriesOf('c', 'x', 'a:1')
    const third = seriesOf('c', 'x', 'a:3')
    for (const series of [first, seriesOf('c', 'x', 'a:2'), third, third, seriesOf('g', 'y'), first]) {
      registry.record(series, 1)
    }
    assert.deepEqual(linesOf(registry), [
      'x_total{a="1"} 2',
      'x_total{a="2"} 1',
      'tracer_openmetrics_dropped_calls_total 3',
    ])
  })

  test('does not grow by a series that another client records', () => {
    const registry = new Registry({ maxSeries: 1 })
    for (let times = 0; times < 3; times++) registry.record(seriesOf('c', 'x', 'a:1'), 1)
    assert.deepEqual(linesOf(registry), ['x_total{a="1"} 3'])
  })
})

describe('members of sets', () => {
  test('count for a minute since they were added last', () => {
    let now = 0
    const registry = new Registry({ now: () => now })
    const users = seriesOf('s', 'users')
    registry.recordMember(users, 'ann')
    now = 1
    registry.recordMember(users, 'bob')
    now = WINDOW_MS - 1
    assert.deepEqual(linesOf(registry), ['users_unique 2'])
    now = WINDOW_MS
    assert.deepEqual(linesOf(registry), ['users_unique 1'])
    registry.recordMember(users, 'bob')
    now = WINDOW_MS + 1
    assert.deepEqual(linesOf(registry), ['users_unique 1'])
    now = 2 * WINDOW_MS
    assert.deepEqual(linesOf(registry), ['users_unique 0'])
  })

  test('are bounded over all sets; members whose minute is over make room', () => {
    let now = 0
    const registry = new Registry({ now: () => now })
    const [a, b] = [seriesOf('s', 'a'), seriesOf('s', 'b')]
    for (let member = 0; member < MAX_MEMBERS; member++) registry.recordMember(a, String(member))
    registry.recordMember(b, 'one too many')
    registry.recordMember(a, '0')
    assert.deepEqual(linesOf(registry), [
      `a_unique ${MAX_MEMBERS}`,
      'b_unique 0',
      'tracer_openmetrics_dropped_calls_total 1',
    ])
    now = WINDOW_MS
    registry.recordMember(b, 'now there is room')
    assert.equal(registry.members.count, 1)
  })
})

test('a value that is a bound is in the bucket of that bound', () => {
  const bounds = [1, 2.5, 5]
  assert.deepEqual(
    [-1, 1, 1.1, 2.5, 4, 5, 5.1].map(value => bucketOf(bounds, value)),
    [0, 0, 1, 1, 2, 2, 3],
  )
})

test('bounds are written in the spelling of Go', () => {
  const spelled = { 0: '0.0', 1: '1.0', 0.0025: '0.0025', 500000: '500000.0', 1000000: '1e+06' }
  for (const [bound, text] of Object.entries(spelled)) assert.equal(boundText(Number(bound)), text)
  assert.deepEqual([2.5e10, 1e21, 0.00001, -3].map(boundText), ['2.5e+10', '1e+21', '1e-05', '-3.0'])
})
