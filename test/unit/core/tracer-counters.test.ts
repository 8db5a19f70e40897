/** The tracer's own counters. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  countDropped,
  countError,
  countResponse,
  countSent,
  readCounters,
  resetCounters,
} from '../../../src/core/tracer-counters'

test('counts what was sent and lost, by cause', () => {
  resetCounters()
  countSent(3, 10, 500)
  countSent(1, 1, 50)
  countDropped('queue full', 2, 7)
  countDropped('constructor', 1, 1)
  countResponse(200)
  countResponse(200)
  countResponse(429)
  countError('ECONNREFUSED')
  assert.deepEqual(readCounters(), {
    tracesSent: 4,
    spansSent: 11,
    bytesSent: 550,
    payloadsSent: 2,
    tracesDropped: { 'queue full': 2, constructor: 1 },
    spansDropped: { 'queue full': 7, constructor: 1 },
    responses: { 200: 2, 429: 1 },
    errors: { ECONNREFUSED: 1 },
  })
})

test('hands out copies', () => {
  resetCounters()
  readCounters().responses[500] = 1
  assert.deepEqual(readCounters().responses, {})
})

test('bounds the number of names', () => {
  resetCounters()
  for (let index = 0; index < 100; index++) countError(`E${index}`)
  const { errors } = readCounters()
  assert.equal(Object.keys(errors).length, 65)
  assert.equal(errors.other, 36)
})
