/** Reads a context from `traceparent` and `tracestate`. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { propagator } from './support'

const w3c = propagator({ propagationStyleExtract: ['tracecontext'] })
const TRACE = '12345678901234567890123456789012'
const SPAN = '1234567890123456'
const KEPT = `00-${TRACE}-${SPAN}-01`
const DROPPED = `00-${TRACE}-${SPAN}-00`

function extract(traceparent: unknown, tracestate?: unknown) {
  const context = w3c.extract({ traceparent, tracestate })
  assert.ok(context)
  return context
}

for (const traceparent of [
  KEPT,
  `00-${TRACE}-${SPAN}-01`.toUpperCase(),
  ` \t${KEPT}\t `,
  `cc-${TRACE}-${SPAN}-01`,
  `cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`,
  `fe-${TRACE}-${SPAN}-ff-`,
]) {
  test(`accepts ${JSON.stringify(traceparent)}`, () => {
    const context = extract(traceparent)
    assert.equal(context.toTraceId(true), TRACE)
    assert.equal(context.toSpanId(true), SPAN)
    assert.equal(context.priority, 1)
  })
}

test('accepts hexadecimal digits of either case', () => {
  assert.equal(
    extract('00-ABCDEF0123456789abcdef0123456789-ABCDEFabcdef0123-01').toSpanId(true),
    'abcdefabcdef0123',
  )
})

for (const traceparent of [
  '',
  'x',
  `00-${TRACE}-${SPAN}-01.`,
  `00-${TRACE}-${SPAN}-01-tail`,
  `00-${TRACE}-${SPAN}-01-`,
  `cc-${TRACE}-${SPAN}-01.tail`,
  `ff-${TRACE}-${SPAN}-01`,
  `FF-${TRACE}-${SPAN}-01`,
  `.0-${TRACE}-${SPAN}-01`,
  `0.-${TRACE}-${SPAN}-01`,
  `000-${TRACE}-${SPAN}-01`,
  `0-${TRACE}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-1234567890123456${'0'.repeat(16)}-${SPAN}-01`,
  `00-.${TRACE.slice(1)}-${SPAN}-01`,
  `00-${TRACE.slice(1)}.-${SPAN}-01`,
  `00-${TRACE}3-${SPAN}-01`,
  `00-${TRACE.slice(1)}-${SPAN}-01`,
  `00-${TRACE}-0000000000000000-01`,
  `00-${TRACE}-.234567890123456-01`,
  `00-${TRACE}-123456789012345.-01`,
  `00-${TRACE}-${SPAN}7-01`,
  `00-${TRACE}-${SPAN}-.0`,
  `00-${TRACE}-${SPAN}-0.`,
  `00-${TRACE}-${SPAN}-001`,
  `00-${TRACE}-${SPAN}-1`,
  `00_${TRACE}_${SPAN}_01`,
  `00-${TRACE}-${SPAN}-0\u0131`,
  `00-${TRACE.slice(1)}\u0131-${SPAN}-01`,
  `${KEPT},${KEPT}`,
  `${KEPT}, ${KEPT}`,
]) {
  test(`rejects ${JSON.stringify(traceparent)} and the tracestate beside it`, () => {
    assert.equal(w3c.extract({ traceparent, tracestate: 'dd=s:2' }), undefined)
  })
}

test('rejects several traceparents, accepts a list of one', () => {
  assert.equal(w3c.extract({ traceparent: [KEPT, KEPT] }), undefined)
  assert.equal(extract([KEPT]).toTraceId(true), TRACE)
})

test('a tracestate alone gives no context', () =>
  assert.equal(w3c.extract({ tracestate: 'foo=1' }), undefined))

test('priority comes from the sampled flag, and from `s` where that agrees', () => {
  for (const [flags, state, priority, decisionMaker] of [
    ['01', '', 1, undefined],
    ['03', '', 1, undefined],
    ['00', '', 0, undefined],
    ['02', '', 0, undefined],
    ['01', 's:1', 1, undefined],
    ['01', 's:2', 2, undefined],
    ['01', 's:2;t.dm:-4', 2, '-4'],
    ['01', 's:0', 1, '-0'],
    ['01', 's:-1', 1, '-0'],
    ['01', 's:-1;t.dm:-4', 1, '-0'],
    ['01', 't.dm:-4;s:-1', 1, '-0'],
    ['01', 's:0;t.dm:-0', 1, '-0'],
    ['00', 's:-1', -1, undefined],
    ['00', 's:0', 0, undefined],
    ['00', 's:-0', 0, undefined],
    ['00', 's:1', 0, undefined],
    ['00', 's:2;t.dm:-4', 0, undefined],
    ['01', 's:x', 1, undefined],
    ['01', 't.dm:4', 1, '-4'],
    ['01', 't.dm:-11', 1, '-11'],
    ['01', 't.dm:x', 1, undefined],
  ] as const) {
    const context = extract(`00-${TRACE}-${SPAN}-${flags}`, state === '' ? undefined : `foo=1,dd=${state}`)
    assert.equal(context.priority, priority, `${flags} ${state}`)
    assert.equal(context.propagated?.['_dd.p.dm'], decisionMaker, `${flags} ${state}`)
  }
})

test('reads origin, last Datadog span, tags and unknown keys of the dd member', () => {
  const context = extract(
    KEPT,
    'key1=value1,dd=s:2;o:rum~x;p:0123456789abcdef;t.dm:-4;t.usr.id:12345~;t.tid:aaaaaaaaaaaaaaaa;z:new;yy:also:new',
  )
  assert.equal(context.origin, 'rum=x')
  assert.equal(context.lastDatadogParent, '0123456789abcdef')
  assert.deepEqual(context.propagated, { '_dd.p.dm': '-4', '_dd.p.usr.id': '12345=' })
  assert.equal(context.unknownTracestate, 'z:new;yy:also:new')
  assert.equal(context.otherTracestate, 'key1=value1')
  assert.equal(context.toTraceId(true), TRACE)
  assert.equal(context.tracestate.startsWith('key1=value1,dd=s:2'), true)
})

test('p is passed on as it came, unless it is too long', () => {
  assert.equal(extract(KEPT, 'dd=p:XX!X').lastDatadogParent, 'XX!X')
  assert.equal(extract(KEPT, `dd=p:${'x'.repeat(32)}`).lastDatadogParent, '')
})

test('pairs without key or value are left out', () => {
  const context = extract(DROPPED, 'dd=;:x;o:;t.:x;t.a:;lonely;s:-1')
  assert.equal(context.priority, -1)
  assert.equal(context.origin, undefined)
  assert.equal(context.propagated, undefined)
  assert.equal(context.unknownTracestate, '')
})

for (const [state, others] of [
  ['foo=1,bar=2', 'foo=1,bar=2'],
  ['foo=1,dd=s:1,bar=2', 'foo=1,bar=2'],
  ['foo=1 \t , \t bar=2, \t baz=3', 'foo=1,bar=2,baz=3'],
  ['\t foo=1 \t', 'foo=1'],
  ['foo=1,,bar=2,', 'foo=1,bar=2'],
  ['foo,=1,bar=,b c=1,ok=a b', 'ok=a b'],
  ['foo=a\tb,bar=2', 'bar=2'],
  ['foo=\u00e9,bar=2', 'bar=2'],
  ['foo=1,foo=2', 'foo=1,foo=2'],
  ['a@b=x=y', 'a@b=x=y'],
  ['', ''],
  [',,,', ''],
  ['ddx=1,d=2', 'ddx=1,d=2'],
] as const) {
  test(`keeps the members of other vendors in order: ${JSON.stringify(state)}`, () => {
    assert.equal(extract(KEPT, state).otherTracestate, others)
  })
}

test('values of repeated tracestate headers are one list, empty values are skipped', () => {
  assert.equal(extract(KEPT, ['foo=1,bar=2', '', 'baz=3']).otherTracestate, 'foo=1,bar=2,baz=3')
})

test('keeps 31 members of other vendors beside dd, and none after the 32nd', () => {
  const members = (count: number) => Array.from({ length: count }, (_, at) => `key${at + 1}=value${at + 1}`)
  assert.equal(extract(KEPT, [...members(31), 'dd=s:2'].join(',')).otherTracestate, members(31).join(','))
  assert.equal(extract(KEPT, [...members(31), 'dd=s:2'].join(',')).priority, 2)
  assert.equal(extract(KEPT, ['dd=s:2', ...members(31)].join(',')).otherTracestate, members(31).join(','))
  assert.equal(extract(KEPT, members(32).join(',')).otherTracestate, members(31).join(','))
  const late = extract(KEPT, [...members(32), 'dd=s:2'].join(','))
  assert.equal(late.priority, 1)
  assert.equal(late.otherTracestate, members(31).join(','))
})

test('only the first dd member is used', () => {
  const context = extract(KEPT, 'dd=s:2,dd=s:1;o:x')
  assert.equal(context.priority, 2)
  assert.equal(context.origin, undefined)
  assert.equal(context.otherTracestate, '')
})

test('a tracestate over 8192 characters is not read', () => {
  assert.equal(extract(KEPT, `dd=s:2,a=${'x'.repeat(8192 - 9)}`).priority, 2)
  assert.equal(extract(KEPT, `dd=s:2,a=${'x'.repeat(8192 - 8)}`).priority, 1)
})
