/** The meaning of the agent's answers. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ratesOf, reasonOf, verdictOf } from '../../../../src/export/send/responses'

test('gives every status a verdict', () => {
  const verdicts = {
    accepted: [200, 202, 299],
    refused: [199, 300, 301, 400, 401, 403, 405, 499],
    'unknown format': [404, 415],
    late: [408],
    'too large': [413],
    overloaded: [429, 500, 502, 503, 599],
  }
  for (const [verdict, statuses] of Object.entries(verdicts)) {
    for (const status of statuses) assert.equal(verdictOf(status), verdict, String(status))
  }
})

test('reads rates, and leaves out values that are none', () => {
  assert.deepEqual(ratesOf('{"rate_by_service":{"service:,env:":1,"service:web,env:prod":0.5,"low":0}}'), {
    'service:,env:': 1,
    'service:web,env:prod': 0.5,
    low: 0,
  })
  assert.deepEqual(ratesOf('{"rate_by_service":{"a":2,"b":-0.1,"c":"1","d":null,"__proto__":1}}'), {})
})

test('distinguishes an answer without rates from one with empty rates', () => {
  assert.deepEqual(ratesOf('{"rate_by_service":{}}'), {})
  for (const body of ['{}', 'OK\n', '', '[]', 'null', '{"rate_by_service":', '{"rate_by_service":1}']) {
    assert.equal(ratesOf(body), undefined, body)
  }
})

test('makes one short line of a reason', () => {
  assert.equal(reasonOf(' bad\r\nbody\0\n'), 'bad body')
  assert.equal(reasonOf('x'.repeat(200)), 'x'.repeat(200))
  assert.equal(reasonOf('x'.repeat(201)), `${'x'.repeat(200)}...`)
  assert.equal(reasonOf(''), '')
})
