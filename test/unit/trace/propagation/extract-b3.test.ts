/** Reads a context from B3 headers, single and multi. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UNDECIDED } from '../../../../src/trace/priority'
import { propagator, start } from './support'

const single = propagator({ propagationStyleExtract: ['b3'] })
const multi = propagator({ propagationStyleExtract: ['b3multi'] })
const TRACE = '640cfd8d00000000abcdefab12345678'
const SHORT = 'abcdefab12345678'
const SPAN = '000000003ade68b1'

for (const [text, traceId, priority] of [
  [`${TRACE}-${SPAN}`, TRACE, UNDECIDED],
  [`${TRACE}-${SPAN}-1`, TRACE, 1],
  [`${TRACE}-${SPAN}-0`, TRACE, 0],
  [`${TRACE}-${SPAN}-d`, TRACE, 2],
  [`${TRACE}-${SPAN}-1-00000000000000aa`, TRACE, 1],
  [`${SHORT}-${SPAN}-1`, `0000000000000000${SHORT}`, 1],
  [`${SHORT.toUpperCase()}-${SPAN}`, `0000000000000000${SHORT}`, UNDECIDED],
] as const) {
  test(`reads b3: ${text}`, () => {
    const context = single.extract({ b3: text })
    assert.equal(context?.toTraceId(true), traceId)
    assert.equal(context?.toSpanId(true), SPAN)
    assert.equal(context?.priority, priority)
  })
}

for (const text of [
  '',
  '2',
  'true',
  '-',
  `${TRACE}`,
  `${TRACE}-`,
  `${TRACE}-${SPAN}-`,
  `${TRACE}-${SPAN}-2`,
  `${TRACE}-${SPAN}-11`,
  `${TRACE}-${SPAN}x`,
  `${TRACE}-${SPAN}-1-`,
  `${TRACE}-${SPAN}-1-00000000000000a`,
  `${TRACE}-${SPAN}-1-00000000000000aa-`,
  `${TRACE}-${SPAN}-1-00000000000000ax`,
  `${TRACE}-${SPAN.slice(1)}-1`,
  `${TRACE.slice(1)}-${SPAN}-1`,
  `${'0'.repeat(32)}-${SPAN}-1`,
  `${TRACE}-${'0'.repeat(16)}-1`,
  `g${TRACE.slice(1)}-${SPAN}-1`,
]) {
  test(`ignores b3: ${JSON.stringify(text)}`, () => assert.equal(single.extract({ b3: text }), undefined))
}

test('a decision alone starts a new trace with that decision', () => {
  for (const [text, priority] of [
    ['0', 0],
    ['1', 1],
    ['d', 2],
  ] as const) {
    for (const context of [
      single.extract({ b3: text }),
      multi.extract(text === 'd' ? { 'x-b3-flags': '1' } : { 'x-b3-sampled': text }),
    ]) {
      const span = start(context)
      assert.equal(span.parentHi | span.parentLo, 0)
      assert.notEqual(span.trace.traceHi | span.trace.traceLo, 0)
      assert.equal(span.trace.priority, priority)
    }
  }
})

test('reads x-b3 headers', () => {
  for (const [headers, priority] of [
    [{}, UNDECIDED],
    [{ 'x-b3-sampled': '1' }, 1],
    [{ 'x-b3-sampled': '0' }, 0],
    [{ 'x-b3-sampled': 'x' }, UNDECIDED],
    [{ 'x-b3-flags': '1' }, 2],
    [{ 'x-b3-flags': '1', 'x-b3-sampled': '0' }, 2],
    [{ 'x-b3-flags': '0', 'x-b3-sampled': '0' }, 0],
    [{ 'x-b3-parentspanid': '00000000000000aa' }, UNDECIDED],
  ] as const) {
    const context = multi.extract({ 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, ...headers })
    assert.equal(context?.toTraceId(true), TRACE)
    assert.equal(context?.toSpanId(true), SPAN)
    assert.equal(context?.priority, priority, JSON.stringify(headers))
  }
  assert.equal(multi.extract({ 'x-b3-traceid': SHORT, 'x-b3-spanid': SPAN })?.upperHi, 0)
})

test('of x-b3 headers with an invalid id only the decision is used', () => {
  for (const ids of [
    { 'x-b3-traceid': TRACE },
    { 'x-b3-spanid': SPAN },
    { 'x-b3-traceid': '0'.repeat(32), 'x-b3-spanid': SPAN },
    { 'x-b3-traceid': TRACE, 'x-b3-spanid': ' 0000000000000000' },
    { 'x-b3-traceid': 'abc', 'x-b3-spanid': SPAN },
    { 'x-b3-traceid': TRACE, 'x-b3-spanid': `${SPAN}0` },
  ]) {
    assert.equal(multi.extract(ids), undefined)
    const context = multi.extract({ ...ids, 'x-b3-sampled': '1' })
    assert.equal(context?.traceLo, 0)
    assert.equal(context?.priority, 1)
  }
})
