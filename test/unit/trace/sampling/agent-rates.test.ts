/** Reads sampling rates from the agent's answers. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentRates } from '../../../../src/trace/sampling/agent-rates'
import { formatRate } from '../../../../src/trace/sampling/rate-text'

test('is the built-in 1 until the agent has sent rates', () => {
  const rates = new AgentRates('prod')
  assert.deepEqual(rates.get('web'), { rate: 1, text: '1', fromAgent: false })
})

test('finds a service in its environment, else the default', () => {
  const rates = new AgentRates('prod')
  rates.update({
    'service:,env:': 0.8,
    'service:web,env:prod': 0.5,
    'service:web,env:test': 0.1,
    'service:api,env:': 0.2,
  })
  assert.deepEqual(rates.get('web'), { rate: 0.5, text: '0.5', fromAgent: true })
  assert.equal(rates.get('Web').rate, 0.5)
  assert.equal(rates.get('api').rate, 0.8)
  assert.equal(rates.get('other').fromAgent, true)
})

test('without an environment looks under the empty one', () => {
  for (const env of [undefined, '']) {
    const rates = new AgentRates(env)
    rates.update({ 'service:web,env:': 0.5, 'service:web,env:undefined': 0.1, 'service:,env:': 1 })
    assert.equal(rates.get('web').rate, 0.5)
    assert.equal(rates.get('api').rate, 1)
  }
})

test('every answer replaces the one before', () => {
  const rates = new AgentRates('prod')
  rates.update({ 'service:web,env:prod': 0.5, 'service:,env:': 0.8 })
  rates.update({ 'service:api,env:prod': 0.25 })
  assert.deepEqual(rates.get('web'), { rate: 1, text: '1', fromAgent: false })
  assert.equal(rates.get('api').rate, 0.25)
})

test('values that are no rate are left out, and an answer without rates changes nothing', () => {
  const rates = new AgentRates('prod')
  rates.update({
    'service:a,env:prod': '0.5',
    'service:b,env:prod': Number.NaN,
    'service:c,env:prod': -1,
    'service:d,env:prod': 7,
    nonsense: 0.1,
    'service:e,env:prod': 0,
  })
  for (const [service, rate] of [
    ['a', 1],
    ['b', 1],
    ['c', 1],
    ['d', 1],
    ['e', 0],
  ] as const) {
    assert.equal(rates.get(service).rate, rate)
  }
  for (const table of [undefined, null, 5, 'x']) rates.update(table)
  assert.equal(rates.get('e').rate, 0)
})

test('service names can contain commas', () => {
  const rates = new AgentRates('prod')
  rates.update({ 'service:a,env:x,env:prod': 0.5 })
  assert.equal(rates.get('a,env:x').rate, 0.5)
})

for (const [rate, text] of [
  [1, '1'],
  [0, '0'],
  [0.5, '0.5'],
  [0.1, '0.1'],
  [0.7654321, '0.765432'],
  [0.7654329, '0.765433'],
  [0.000001, '0.000001'],
  [0.0000001, '0'],
  [0.00000051, '0.000001'],
  [0.9999999, '1'],
  [1 / 3, '0.333333'],
  [0.12, '0.12'],
] as const) {
  test(`the rate ${rate} is sent as ${text}`, () => assert.equal(formatRate(rate), text))
}
