/** Bounds of what a caller's headers add to the requests and messages of the application, in every style. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodePathway, encodePathway } from '../../../../src/export/data-streams/context'
import { MAX_LEGACY_BYTES, MAX_LEGACY_ITEMS } from '../../../../src/trace/propagation/datadog'
import { MAX_OTHERS_LENGTH } from '../../../../src/trace/propagation/tracestate'
import { headersOf, propagator, start } from './support'

const IDS = { 'x-datadog-trace-id': '1', 'x-datadog-parent-id': '2', 'x-datadog-sampling-priority': '1' }
const TRACEPARENT = '00-12345678901234567890123456789012-1234567890123456-01'

/** Returns the bytes that headers take in a request, and in metadata and messages no more. */
function bytesOf(headers: Record<string, string>, prefix = ''): number {
  let bytes = 0
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith(prefix)) bytes += Buffer.byteLength(`${name}: ${value}\r\n`)
  return bytes
}

/** Returns the headers that a span sends whose caller sent `carrier`. */
function forwarded(carrier: Record<string, unknown>, settings = {}): Record<string, string> {
  const remote = propagator(settings).extract(carrier)
  return headersOf(start(remote), settings, remote?.baggage)
}

test('legacy baggage is passed on up to 2048 bytes', () => {
  assert.equal(MAX_LEGACY_BYTES, 2048)
  const room = MAX_LEGACY_BYTES - 'ot-baggage-a: \r\n'.length
  const fits = forwarded({ ...IDS, 'ot-baggage-a': 'x'.repeat(room) })
  assert.equal(bytesOf(fits, 'ot-'), MAX_LEGACY_BYTES)
  const refused = { ...IDS, 'ot-baggage-a': 'x'.repeat(room + 1), 'ot-baggage-b': 'y' }
  assert.deepEqual(propagator().extract(refused)?.legacyBaggage, { b: 'y' })
  // Nothing fits behind a full list.
  const full = forwarded({ ...IDS, 'ot-baggage-a': 'x'.repeat(room), 'ot-baggage-b': 'y' })
  assert.deepEqual(pick(full, 'ot-'), pick(fits, 'ot-'))
})

test('legacy baggage is passed on up to 64 items', () => {
  for (const [count, expected] of [
    [MAX_LEGACY_ITEMS, MAX_LEGACY_ITEMS],
    [MAX_LEGACY_ITEMS + 1, MAX_LEGACY_ITEMS],
  ]) {
    const items = Array.from({ length: count }, (_, index) => [`ot-baggage-${index}`, 'x'])
    const headers = forwarded({ ...IDS, ...Object.fromEntries(items) })
    assert.equal(Object.keys(pick(headers, 'ot-')).length, expected)
  }
})

test('the bytes of legacy baggage are counted as they are sent, and an item that does not fit leaves room', () => {
  const span = start()
  const room = MAX_LEGACY_BYTES - 'ot-baggage-a: \r\n'.length
  // Each takes nine bytes in its header.
  const euros = Math.floor(room / 9)
  span.setBaggageItem('a', '\u20ac'.repeat(euros))
  assert.equal(headersOf(span)['ot-baggage-a'].length, euros * 9)
  span.setBaggageItem('a', '\u20ac'.repeat(euros + 1))
  span.setBaggageItem('b', 'y')
  assert.deepEqual(pick(headersOf(span), 'ot-'), { 'ot-baggage-b': 'y' })
})

test('members of other vendors are passed on up to 1024 characters', () => {
  assert.equal(MAX_OTHERS_LENGTH, 1024)
  const others = (tracestate: string) =>
    propagator().extract({ traceparent: TRACEPARENT, tracestate })?.otherTracestate
  const [first, second] = [`a=${'x'.repeat(509)}`, `b=${'y'.repeat(510)}`]
  assert.equal(`${first},${second}`.length, MAX_OTHERS_LENGTH)
  assert.equal(others(`${first},${second}`), `${first},${second}`)
  assert.equal(others(`${first},${second}z,c=1`), `${first},c=1`)
})

test('an origin is passed on up to 256 characters, also from tracestate', () => {
  for (const [length, expected] of [
    [256, 256],
    [257, undefined],
  ]) {
    const origin = 'o'.repeat(length as number)
    assert.equal(forwarded({ ...IDS, 'x-datadog-origin': origin })['x-datadog-origin']?.length, expected)
    const state = { traceparent: TRACEPARENT, tracestate: `dd=s:1;o:${origin}` }
    assert.equal(forwarded(state)['x-datadog-origin']?.length, expected)
  }
})

test('a pathway has at most 32 characters, also of a longer header', () => {
  const header = encodePathway({ hash: new Uint8Array(8), startMs: 1e12, edgeStartMs: 1e12 })
  const long = decodePathway(header + 'A'.repeat(8192))
  assert.ok(long !== undefined)
  assert.ok(encodePathway(long).length <= 32)
})

test('everything that a caller can have passed on takes less than 12 KiB, of which baggage has 8 KiB', () => {
  const styles = ['datadog', 'tracecontext', 'b3', 'b3multi', 'baggage']
  const items = (prefix: string, separator: string) =>
    Array.from({ length: 200 }, (_, index) => `${prefix}${index}${separator}${'v'.repeat(119)}`)
  const legacy = items('ot-baggage-', ' ').map(each => each.split(' '))
  const carriers = [
    { 'x-datadog-tags': `_dd.p.tid=1234567890123456,${items('_dd.p.', '=').join(',').slice(0, 485)}` },
    { 'x-datadog-tags': items('_dd.p.', '=').join(',') },
  ].map(tags => ({
    ...IDS,
    'x-datadog-origin': 'o'.repeat(256),
    ...tags,
    traceparent: TRACEPARENT,
    tracestate: `dd=s:1;${items('t.', ':').slice(0, 9).join(';')};p:${'p'.repeat(31)},${items('v', '=').join(',')}`,
    b3: '12345678901234567890123456789012-1234567890123456-1-1234567890123456',
    baggage: items('b', '=').join(','),
    ...Object.fromEntries(legacy),
  }))
  for (const first of styles) {
    const order = [first, ...styles.filter(style => style !== first)]
    for (const carrier of carriers) {
      const headers = forwarded(carrier, { propagationStyle: order })
      assert.ok(bytesOf(headers, 'ot-') <= MAX_LEGACY_BYTES)
      assert.ok(bytesOf(headers) < 12 * 1024, `${first}: ${bytesOf(headers)} bytes`)
      assert.ok(bytesOf({ ...headers, baggage: '' }) < 4 * 1024)
      // The bytes of a message in place of the text of a header change nothing.
      const message = Object.fromEntries(
        Object.entries(carrier).map(([name, text]) => [name, Buffer.from(String(text))]),
      )
      const inMessage = forwarded(message, { propagationStyle: order })
      assert.ok(bytesOf(inMessage) < 12 * 1024)
    }
  }
})

function pick(headers: Record<string, string>, ...prefixes: string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => prefixes.some(prefix => name.startsWith(prefix))),
  )
}
