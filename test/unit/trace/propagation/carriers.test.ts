/** Reads carriers that are no plain headers. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endsByItself } from '../../../support/ends-by-itself'
import { propagator } from './support'

const TRACEPARENT = '00-12345678901234567890123456789012-1234567890123456-01'

test('reads bytes, numbers and lists of one', () => {
  for (const [trace, parent] of [
    ['42', '7'],
    [Buffer.from('42'), Buffer.from('7')],
    [new Uint8Array(Buffer.from('42')), new Uint8Array(Buffer.from('7'))],
    [[Buffer.from('42')], ['7']],
    [42, 7],
    [42n, 7n],
    [' 42\t', '\r\n7 '],
  ]) {
    const context = propagator().extract({ 'x-datadog-trace-id': trace, 'x-datadog-parent-id': parent })
    assert.equal(context?.toTraceId(), '42')
    assert.equal(context?.toSpanId(), '7')
  }
  const context = propagator().extract({
    traceparent: Buffer.from(TRACEPARENT),
    tracestate: [Buffer.from('foo=1'), Buffer.from('dd=s:2')],
    baggage: Buffer.from('a=b'),
  })
  assert.equal(context?.priority, 2)
  assert.deepEqual(context?.baggage, { a: 'b' })
})

test('values that are no text are ignored', () => {
  for (const value of [
    null,
    true,
    {},
    [],
    ['1', '2'],
    [['1']],
    Symbol('x'),
    () => '1',
    1.5,
    Number.NaN,
    1e30,
    new Date(),
  ]) {
    assert.equal(propagator().extract({ 'x-datadog-trace-id': value, 'x-datadog-parent-id': '1' }), undefined)
    assert.equal(propagator().extract({ traceparent: value }), undefined)
  }
})

test('without a carrier there is no context', () => {
  for (const carrier of [undefined, null, '', 'traceparent', 5, true, [], new Map(), Object.create(null)]) {
    assert.equal(propagator().extract(carrier), undefined)
  }
})

test('a carrier that throws gives no context', () => {
  const hostile = {
    get traceparent(): string {
      throw new Error('no')
    },
  }
  assert.equal(propagator().extract(hostile), undefined)
  const proxy = new Proxy(
    {},
    {
      get() {
        throw new Error('no')
      },
    },
  )
  assert.equal(propagator().extract(proxy), undefined)
})

test('headers of 8192 characters are read, longer ones are not', () => {
  const pad = (length: number) => TRACEPARENT + ' '.repeat(length - TRACEPARENT.length)
  assert.ok(propagator().extract({ traceparent: pad(8192) }))
  assert.equal(propagator().extract({ traceparent: pad(8193) }), undefined)
  assert.equal(propagator().extract({ traceparent: Buffer.from(pad(8193)) }), undefined)
})

test('hundreds of extractions of long headers end', () => {
  const long = {
    'x-datadog-trace-id': '1'.repeat(1e6),
    'x-datadog-parent-id': '1',
    'x-datadog-tags': '_dd.p.a=b,'.repeat(1e5),
    traceparent: '0'.repeat(1e6),
    b3: '-'.repeat(1e6),
    'x-b3-traceid': '1'.repeat(1e6),
    'x-b3-spanid': '1'.repeat(1e6),
    tracestate: ','.repeat(1e6),
    baggage: '%'.repeat(1e6),
  }
  const inner = {
    'x-datadog-trace-id': '1',
    'x-datadog-parent-id': '1',
    'x-datadog-tags': '_dd.p.a='.repeat(64),
    traceparent: TRACEPARENT,
    tracestate: `dd=${';t.a'.repeat(2000)}`,
    b3: '-'.repeat(8000),
    baggage: `a=${'%'.repeat(8000)}`,
  }
  const all = propagator({ propagationStyleExtract: ['datadog', 'tracecontext', 'b3', 'b3multi', 'baggage'] })
  endsByItself(() => {
    for (let at = 0; at < 300; at++) {
      all.extract(long)
      all.extract(inner)
    }
  })
})
