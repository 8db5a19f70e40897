/** The tracer's own counters. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  countDropped,
  countError,
  countResponse,
  countSent,
  resetSelf,
  selfSnapshot,
} from '../../../src/core/self'

test('counts what was sent and lost, by cause', () => {
  resetSelf()
  countSent(3, 10, 500)
  countSent(1, 1, 50)
  countDropped('queue full', 2, 7)
  countDropped('constructor', 1, 1)
  countResponse(200)
  countResponse(200)
  countResponse(429)
  countError('ECONNREFUSED')
  assert.deepEqual(selfSnapshot(), {
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
  resetSelf()
  selfSnapshot().responses[500] = 1
  assert.deepEqual(selfSnapshot().responses, {})
})

test('bounds the number of names', () => {
  resetSelf()
  for (let index = 0; index < 100; index++) countError(`E${index}`)
  const { errors } = selfSnapshot()
  assert.equal(Object.keys(errors).length, 65)
  assert.equal(errors.other, 36)
})
