/** The bytes of logs, read back by the code that OpenTelemetry generates from its published definition. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LogBatch } from '../../src/export/otlp/logs/batch'
import { toRecord } from '../../src/export/otlp/logs/entry'
import { json } from '../../src/export/otlp/logs/json'
import { protobuf } from '../../src/export/otlp/logs/protobuf'
import type { LogFormat } from '../../src/export/otlp/logs/record'
import { runInSpan } from '../../src/trace/context'
import type { OtelLogEntry } from '../../src/trace/log-entry'
import { startUserSpan } from '../../src/trace/user-spans'
import { type OtlpLog, readLogsJson, readLogsProtobuf } from '../support/otlp-logs'
import { testRuntime } from '../support/runtime'

const FORMATS: [string, LogFormat, (body: Uint8Array) => OtlpLog[]][] = [
  ['protobuf', protobuf, readLogsProtobuf],
  ['JSON', json, readLogsJson],
]

const SCOPE = { name: 'shop', version: '1.0' }

for (const [name, format, read] of FORMATS) {
  describe(name, () => {
    function encode(...entries: [OtelLogEntry, typeof SCOPE?][]): OtlpLog[] {
      const batch = new LogBatch({
        format,
        resource: () => format.resource({ 'service.name': 'shop', 'process.pid': 42 }),
        onFull: () => {},
        maxRecords: 1000,
        maxBytes: 1024 * 1024,
      })
      for (const [entry, scope = SCOPE] of entries) assert.equal(batch.add(toRecord(entry), scope), true)
      const payload = batch.take()
      assert.equal(payload?.spanCount, entries.length)
      assert.equal(batch.byteLength, 0)
      return read(payload?.body ?? new Uint8Array())
    }

    test('holds every field of a record', t => {
      t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_123 })
      const [record] = encode([
        {
          body: 'tëxt',
          severity: 10,
          attributes: { text: 'a', on: true, int: -7, big: 2 ** 53, double: 0.25, list: [1, 'b', null] },
          timestamp: [1_699_999_999, 999_999_999],
          span: { traceId: '0af7651916cd43dd0448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 },
          eventName: 'checkout',
        },
      ])
      assert.deepEqual(record, {
        timeUnixNano: '1699999999999999999',
        observedTimeUnixNano: '1700000000123000000',
        severityNumber: 10,
        severityText: 'INFO2',
        body: 'tëxt',
        attributes: { text: 'a', on: true, int: -7, big: 2 ** 53, double: 0.25, list: [1, 'b', null] },
        droppedAttributesCount: 0,
        flags: 1,
        traceId: '0af7651916cd43dd0448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        eventName: 'checkout',
        resource: { 'service.name': 'shop', 'process.pid': 42 },
        scope: SCOPE,
      })
    })

    test('has values of every type', () => {
      const circular: Record<string, unknown> = { a: 1 }
      circular.self = circular
      const hostile = {
        get boom() {
          throw new Error('getter')
        },
      }
      const body = {
        nothing: null,
        missing: undefined,
        big: 12345678901234567890n,
        date: new Date(0),
        url: new URL('http://a.b/c'),
        map: new Map([['k', [new Set([1])]]]),
        bytes: new Uint8Array([1, 2, 255]),
        infinite: Number.POSITIVE_INFINITY,
        own: { toJSON: () => 'own text' },
        symbol: Symbol('s'),
        half: '\ud83d',
        hostile,
        __proto__: null,
      }
      const [first, second] = encode([{ body }], [{ body: circular }])
      assert.deepEqual(first.body, {
        nothing: null,
        big: '12345678901234567890',
        date: '1970-01-01T00:00:00.000Z',
        url: 'http://a.b/c',
        map: { k: [[1]] },
        bytes: Buffer.from([1, 2, 255]).toString('base64'),
        infinite: 'Infinity',
        own: 'own text',
        half: '\ufffd',
        hostile: {},
      })
      let depth = 0
      for (let at = second.body as Record<string, unknown>; at !== undefined; depth++) at = at.self as never
      assert.equal(depth, 8)
    })

    test('has the ids of the active span, and of an error what is known', () => {
      const span = startUserSpan(testRuntime(), 'work', undefined)
      span.trace.setDecision(1, 0)
      const error = new RangeError('far', { cause: new Error('inner') })
      const entry = { severity: 'warn', error, attributes: { 'exception.message': 'mine' } }
      const [inside] = runInSpan(span, () => encode([entry]), undefined, [])
      assert.deepEqual(
        [inside.traceId, inside.spanId, inside.flags],
        [span.toTraceId(true), span.toSpanId(true), 1],
      )
      assert.deepEqual([inside.severityNumber, inside.severityText], [13, 'warn'])
      assert.equal(inside.attributes['exception.type'], 'RangeError')
      assert.equal(inside.attributes['exception.message'], 'mine')
      assert.match(
        String(inside.attributes['exception.stacktrace']),
        /^RangeError: far\n[\s\S]*\nCaused by: Error: inner/,
      )
      const [none] = runInSpan(span, () => encode([{ span: null, body: 'none' }]), undefined, [])
      assert.deepEqual([none.traceId, none.spanId, none.flags], ['', '', 0])
      const [given] = encode([{ span }])
      assert.equal(given.spanId, span.toSpanId(true))
      assert.equal(given.body, undefined)
      span.finish()
    })

    test('has the records of each scope together', () => {
      const other = { name: 'other', version: '' }
      const records = encode([{ body: 1 }], [{ body: 2 }, other], [{ body: 3 }])
      assert.deepEqual(
        records.map(each => [each.scope.name, each.scope.version, each.body]),
        [
          ['shop', '1.0', 1],
          ['shop', '1.0', 3],
          ['other', '', 2],
        ],
      )
    })

    test('leaves out values beyond the limits, and invalid ids and times', () => {
      const attributes = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`a${index}`, index]))
      const ids = { traceId: '0'.repeat(32), spanId: 'b7ad6b7169203331', traceFlags: 1 }
      const [record] = encode([
        { attributes: { ...attributes, bad: Symbol('s') }, span: ids, timestamp: Number.NaN, severity: 25 },
      ])
      assert.deepEqual([Object.keys(record.attributes).length, record.droppedAttributesCount], [128, 3])
      assert.deepEqual([record.traceId, record.severityNumber, record.severityText], ['', 0, ''])
      assert.equal(record.timeUnixNano, record.observedTimeUnixNano)
      const [last] = encode([{ timestamp: new Date(1.5), severity: 24 }])
      assert.deepEqual([last.timeUnixNano, last.severityText], ['1000000', 'FATAL4'])
      const [exact] = encode([{ timestamp: 1_700_000_000_000.5 }])
      assert.equal(exact.timeUnixNano, '1700000000000500000')
    })
  })
}
