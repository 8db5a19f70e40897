/** Reads and writes the header `baggage`. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headersOf, propagator, start } from './support'

function extract(baggage: unknown, options = {}) {
  return propagator(options).extract({ baggage })?.baggage
}

for (const [text, items] of [
  ['foo=bar', { foo: 'bar' }],
  ['foo=bar,baz=qux', { foo: 'bar', baz: 'qux' }],
  [' foo \t= bar\t, baz = qux ', { foo: 'bar', baz: 'qux' }],
  ['foo=bar;prop=1;x,baz=qux', { foo: 'bar', baz: 'qux' }],
  ['userId=Am%C3%A9lie,serverNode=DF%2028', { userId: 'Am\u00e9lie', serverNode: 'DF 28' }],
  ['serverNode=DF 28', { serverNode: 'DF 28' }],
  ['a=b=c', { a: 'b=c' }],
  ['a=1,a=2', { a: '2' }],
  ['a=100%,b=%zz%41%', { a: '100%', b: '%zzA%' }],
  ['a=%ff%41', { a: '\ufffdA' }],
  ['%22k=v', { '%22k': 'v' }],
] as const) {
  test(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(extract(text), items))
}

for (const text of [
  'no-equal-sign,foo=dropped-too',
  '=no-key',
  'no-value=',
  'no-value=;prop',
  'no-value= ,a=b',
  'foo=dropped-too,=',
  'foo=bar,',
  ',foo=bar',
  'bad key=1,a=b',
  'b\u00e9=1',
  'a"b=1',
  '',
  ' ',
]) {
  test(`discards the whole header ${JSON.stringify(text)}`, () => assert.equal(extract(text), undefined))
}

test('values of repeated headers are one list', () => {
  assert.deepEqual(extract(['a=1', 'b=2']), { a: '1', b: '2' })
})

test('reads whole items up to the limits', () => {
  assert.deepEqual(extract('a=1,b=2,c=3', { baggageMaxItems: 2 }), { a: '1', b: '2' })
  assert.deepEqual(extract('a=1,b=2', { baggageMaxItems: 2 }), { a: '1', b: '2' })
  assert.deepEqual(extract('a=1,b=2', { baggageMaxBytes: 7 }), { a: '1', b: '2' })
  assert.deepEqual(extract('a=1,b=2', { baggageMaxBytes: 6 }), { a: '1' })
  assert.equal(extract('a=1,b=2', { baggageMaxBytes: 2 }), undefined)
})

test('writes keys that are tokens, values percent-encoded', () => {
  const items = {
    foo: 'bar',
    ' trimmed ': 'x',
    userId: 'Am\u00e9lie',
    serverNode: 'DF 28',
    quotes: '",;\\',
    half: 'a\ud800b',
    'bad key': 'x',
    'b\u00e9': 'x',
    '"': 'x',
    '': 'x',
    empty: '',
    number: 5 as never,
  }
  assert.equal(
    headersOf(undefined, {}, items).baggage,
    'foo=bar,trimmed=x,userId=Am%C3%A9lie,serverNode=DF%2028,quotes=%22%2C%3B%5C,half=a%EF%BF%BDb',
  )
})

test('without items there is no header', () => {
  assert.deepEqual(headersOf(undefined, {}, {}), {})
  assert.deepEqual(headersOf(undefined, {}, { 'bad key': 'x' }), {})
  assert.deepEqual(headersOf(undefined, { propagationStyleInject: ['datadog'] }, { a: 'b' }), {})
})

test('writes at most 64 items', () => {
  const items: Record<string, string> = {}
  for (let at = 0; at < 66; at++) items[`key${at}`] = `value${at}`
  assert.equal(headersOf(undefined, {}, items).baggage.split(',').length, 64)
})

test('writes whole items up to 8192 bytes', () => {
  const fits = { a: 'x'.repeat(4094), b: 'y'.repeat(8192 - 4096 - 3) }
  assert.equal(headersOf(undefined, {}, fits).baggage.length, 8192)
  assert.equal(headersOf(undefined, {}, { ...fits, b: `${fits.b}y` }).baggage.length, 4096)
  assert.equal(headersOf(undefined, {}, { ...fits, c: 'z' }).baggage.length, 8192)
  // 2731 euro signs are 8193 bytes, and 24579 percent-encoded.
  assert.deepEqual(headersOf(undefined, {}, { a: '\u20ac'.repeat(2731) }), {})
  const thirds = { key1: 'a'.repeat(2730), key2: 'b'.repeat(2730), key3: 'c'.repeat(2730), key4: 'd' }
  assert.equal(headersOf(undefined, {}, thirds).baggage.split(',').length, 2)
})

test('counts headers that were malformed or cut', () => {
  const counted = propagator({ baggageMaxItems: 2, baggageMaxBytes: 20 })
  counted.extract({ baggage: 'a=1' })
  counted.extract({ baggage: 'a' })
  counted.extract({ baggage: 'a=1,b=2,c=3' })
  counted.extract({ baggage: `a=1,b=${'x'.repeat(20)}` })
  counted.inject(undefined, { a: '1', b: '2', c: '3' }, {})
  counted.inject(undefined, { a: 'x'.repeat(20) }, {})
  assert.deepEqual(
    { ...counted.baggageCounts },
    { injected: 1, extracted: 3, malformed: 1, itemsTruncated: 2, bytesTruncated: 2 },
  )
})

test('items of the configured keys become tags of the first span of a chunk', () => {
  const carrier = {
    'x-datadog-trace-id': '1',
    'x-datadog-parent-id': '2',
    baggage: 'user.id=doggo,session.id=mysession,foo=bar',
  }
  for (const [keys, tags] of [
    [undefined, { 'baggage.user.id': 'doggo', 'baggage.session.id': 'mysession' }],
    [['session.id', 'foo'], { 'baggage.session.id': 'mysession', 'baggage.foo': 'bar' }],
    [['*'], { 'baggage.user.id': 'doggo', 'baggage.session.id': 'mysession', 'baggage.foo': 'bar' }],
    [[], undefined],
    [['constructor', 'toString'], undefined],
  ] as const) {
    const options = keys === undefined ? {} : { baggageTagKeys: keys }
    assert.deepEqual(start(propagator(options).extract(carrier)).trace.chunkTags, tags)
  }
  const alone = start(propagator().extract({ baggage: 'user.id=7' }))
  assert.deepEqual(alone.trace.chunkTags, { 'baggage.user.id': '7' })
  assert.equal(alone.parentHi | alone.parentLo, 0)
})

test('a baggage header next to a context does not disturb it, and only where the style is on', () => {
  const carrier = { 'x-datadog-trace-id': '1', 'x-datadog-parent-id': '2', baggage: 'a=b' }
  assert.deepEqual(propagator().extract(carrier)?.baggage, { a: 'b' })
  assert.equal(propagator({ propagationStyleExtract: ['datadog'] }).extract(carrier)?.baggage, undefined)
  assert.equal(propagator({ propagationStyleExtract: ['baggage'] }).extract(carrier)?.traceLo, 0)
  assert.deepEqual(propagator({ propagationExtractFirst: true }).extract(carrier)?.baggage, { a: 'b' })
})
