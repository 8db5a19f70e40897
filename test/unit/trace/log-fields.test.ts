/** The fields of log records: ids in each spelling, and names of the service. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { injectLogFields, logFields } from '../../../src/trace/log-fields'
import { startUserSpan } from '../../../src/trace/user-spans'
import { testRuntime } from '../../support/runtime'

test('128 bits of a trace id in hexadecimal, or the lower 64 in decimal', () => {
  const span = startUserSpan(testRuntime({ traceId128: true }), 'work', undefined)
  const hex = span.context().toTraceId(true)
  assert.match(hex, /^[0-9a-f]{32}$/)
  assert.equal(logFields(span, {}).trace_id, hex)
  assert.equal(logFields(span, { traceId128BitLoggingEnabled: true }).trace_id, hex)
  const decimal = logFields(span, { traceId128BitLoggingEnabled: false }).trace_id ?? ''
  assert.equal(BigInt(decimal), BigInt(`0x${hex.slice(16)}`))
})

test('an id of 64 bits is always decimal', () => {
  const span = startUserSpan(testRuntime({ traceId128: false }), 'work', undefined)
  for (const traceId128BitLoggingEnabled of [true, false]) {
    assert.equal(logFields(span, { traceId128BitLoggingEnabled }).trace_id, span.context().toTraceId())
  }
})

test('a record of any logger gets the known fields, and a frozen record stays unchanged', () => {
  const span = startUserSpan(testRuntime(), 'work', undefined)
  const record: { level: string; dd?: object } = { level: 'info' }
  injectLogFields(span, { service: 'shop' }, record)
  assert.deepEqual(record.dd, {
    trace_id: span.toTraceId(true),
    span_id: span.toSpanId(),
    service: 'shop',
  })
  const bare = {}
  injectLogFields(undefined, {}, bare)
  assert.deepEqual(bare, {})
  injectLogFields(undefined, { env: 'prod' }, bare)
  assert.deepEqual(bare, { dd: { env: 'prod' } })
  const frozen: object = Object.freeze({ level: 'info' })
  injectLogFields(span, { service: 'shop' }, frozen)
  assert.deepEqual(frozen, { level: 'info' })
})
