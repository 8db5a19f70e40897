/** Several contexts in one carrier: which one is used, and which others become links. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RemoteContext } from '../../../../src/trace/remote-context'
import { headersOf, propagator, start } from './support'

/** One trace in the headers of two styles: upper half 11…11, lower half 1. */
const DATADOG = {
  'x-datadog-trace-id': '1',
  'x-datadog-parent-id': '987654321',
  'x-datadog-sampling-priority': '2',
  'x-datadog-tags': '_dd.p.tid=1111111111111111',
}
const W3C_SPAN = '000000003ade68b1' // 987654321
const W3C = {
  traceparent: `00-11111111111111110000000000000001-${W3C_SPAN}-01`,
  tracestate: 'dd=s:1;t.tid:1111111111111111;z:new,foo=1',
}
const B3 = {
  'x-b3-traceid': '11111111111111110000000000000003',
  'x-b3-spanid': 'a2fb4a1d1a96d312',
  'x-b3-sampled': '1',
}

function links(context: RemoteContext | undefined) {
  return context?.links?.map(link => [
    link.context.toTraceId(true),
    link.context.toSpanId(true),
    link.attributes.reason,
    link.attributes.context_headers,
  ])
}

test('Datadog first: its decision and tags are used, the state of other vendors is kept', () => {
  const context = propagator().extract({ ...DATADOG, ...W3C })
  assert.equal(context?.priority, 2)
  assert.equal(context?.otherTracestate, 'foo=1')
  assert.equal(context?.unknownTracestate, 'z:new')
  assert.equal(context?.lastDatadogParent, '')
  assert.equal(context?.links, undefined)
})

test('W3C first: its decision is used', () => {
  const context = propagator({ propagationStyleExtract: ['tracecontext', 'datadog'] }).extract({
    ...DATADOG,
    ...W3C,
  })
  assert.equal(context?.priority, 1)
  assert.equal(context?.otherTracestate, 'foo=1')
  assert.equal(context?.links, undefined)
})

test('the state of other vendors is kept if only Datadog is read, but not with extractFirst', () => {
  const carrier = {
    ...DATADOG,
    ...W3C,
    traceparent: W3C.traceparent.replace(/^00-1111111111111111/, '00-2222222222222222'),
  }
  const context = propagator({ propagationStyleExtract: ['datadog'] }).extract(carrier)
  assert.equal(context?.otherTracestate, 'foo=1')
  assert.equal(context?.toSpanId(), '987654321')
  assert.equal(context?.links, undefined)
  assert.equal(
    propagator({ propagationStyleExtract: ['datadog'], propagationExtractFirst: true }).extract(carrier)
      ?.otherTracestate,
    '',
  )
})

for (const [what, datadogParent, state, parentId, lastParent] of [
  ['equal spans: nothing to remember', '987654321', 'dd=s:2;p:000000003ade68b1,foo=1', '987654321', ''],
  ['another span: p is remembered', '10', 'dd=s:2;p:00000000000000bb,foo=1', '987654321', '00000000000000bb'],
  ['another span without p: the Datadog parent is', '10', 'dd=s:2,foo=1', '987654321', '000000000000000a'],
  ['another span with any p', '10', 'dd=s:2;p:8fffffffffffffff', '987654321', '8fffffffffffffff'],
] as const) {
  test(`same trace, ${what}`, () => {
    const context = propagator().extract({
      ...DATADOG,
      'x-datadog-parent-id': datadogParent,
      traceparent: W3C.traceparent,
      tracestate: state,
    })
    assert.equal(context?.toSpanId(), parentId)
    assert.equal(context?.lastDatadogParent, lastParent)
    assert.equal(context?.links, undefined)
  })
}

test('B3 first, W3C of the same trace: W3C has the parent', () => {
  const context = propagator({ propagationStyleExtract: ['b3multi', 'tracecontext'] }).extract({
    ...B3,
    traceparent: `00-${B3['x-b3-traceid']}-${W3C_SPAN}-01`,
  })
  assert.equal(context?.toSpanId(true), W3C_SPAN)
  assert.equal(context?.lastDatadogParent, '')
})

test('extractFirst takes the first context as it is', () => {
  const context = propagator({ propagationExtractFirst: true }).extract({
    ...DATADOG,
    'x-datadog-parent-id': '987654320',
    ...W3C,
    tracestate: 'dd=s:2;p:0123456789abcdef,foo=1',
  })
  assert.equal(context?.toSpanId(), '987654320')
  assert.equal(context?.lastDatadogParent, '')
  assert.equal(context?.otherTracestate, '')
  assert.equal(headersOf(start(context)).tracestate.includes('foo'), false)
})

test('contexts of other traces become links, in the order of the styles', () => {
  const three = propagator({ propagationStyleExtract: ['datadog', 'b3multi', 'tracecontext'] })
  const carrier = { ...DATADOG, 'x-datadog-trace-id': '4', ...W3C, ...B3 }
  const context = three.extract(carrier)
  assert.deepEqual(links(context), [
    [B3['x-b3-traceid'], B3['x-b3-spanid'], 'terminated_context', 'b3multi'],
    ['11111111111111110000000000000001', W3C_SPAN, 'terminated_context', 'tracecontext'],
  ])
  assert.equal(context?.links?.[1].context.tracestate, W3C.tracestate)
  assert.equal(context?.otherTracestate, '')
  const span = start(context)
  assert.equal(span.links?.length, 2)
  assert.deepEqual(span.links?.[0].attributes, { reason: 'terminated_context', context_headers: 'b3multi' })
  assert.equal(span.links?.[0].flags, 1)
})

test('the same lower half with another upper half is another trace', () => {
  const context = propagator().extract({
    ...DATADOG,
    'x-datadog-parent-id': '10',
    'x-datadog-tags': '_dd.p.tid=2222222222222222',
    ...W3C,
  })
  assert.equal(context?.toSpanId(), '10')
  assert.equal(context?.lastDatadogParent, '')
  assert.equal(links(context)?.length, 1)
})

test('ids of zero make no link', () => {
  const two = propagator({ propagationStyleExtract: ['datadog', 'b3multi'] })
  assert.equal(two.extract({ ...DATADOG, ...B3, 'x-b3-traceid': '0'.repeat(32) })?.links, undefined)
  assert.equal(two.extract({ ...DATADOG, ...B3, 'x-b3-spanid': ' 0000000000000000' })?.links, undefined)
})

test('a later Datadog context of another trace becomes a link, one without a span does not', () => {
  const w3cFirst = propagator({ propagationStyleExtract: ['tracecontext', 'datadog'] })
  assert.equal(links(w3cFirst.extract({ ...W3C, ...DATADOG, 'x-datadog-trace-id': '2' }))?.[0][3], 'datadog')
  const carrier = { ...W3C, ...DATADOG, 'x-datadog-trace-id': '2', 'x-datadog-parent-id': '0' }
  assert.equal(w3cFirst.extract(carrier)?.links, undefined)
})

test('a context with ids replaces a decision without ids', () => {
  for (const extract of [
    ['b3', 'tracecontext'],
    ['tracecontext', 'b3'],
  ] as const) {
    const context = propagator({ propagationStyleExtract: [...extract] }).extract({
      b3: '0',
      traceparent: W3C.traceparent,
    })
    assert.equal(context?.toSpanId(true), W3C_SPAN)
    assert.equal(context?.priority, 1)
    assert.equal(context?.links, undefined)
  }
})

test('an invalid context is skipped', () => {
  const context = propagator().extract({ ...W3C, ...DATADOG, 'x-datadog-trace-id': '0' })
  assert.equal(context?.toTraceId(true), '11111111111111110000000000000001')
  assert.equal(context?.priority, 1)
  const datadog = propagator().extract({ ...DATADOG, traceparent: 'nonsense', tracestate: 'foo=1' })
  assert.equal(datadog?.otherTracestate, '')
})

test('restart: a new trace with one link to the caller, baggage kept', () => {
  for (const extractFirst of [false, true]) {
    const context = propagator({
      propagationBehaviorExtract: 'restart',
      propagationExtractFirst: extractFirst,
      propagationStyleExtract: ['datadog', 'tracecontext', 'b3multi', 'baggage'],
    }).extract({
      ...DATADOG,
      ...W3C,
      ...B3,
      baggage: 'user.id=7',
    })
    assert.equal(context?.restart, true)
    assert.deepEqual(links(context), [
      ['11111111111111110000000000000001', W3C_SPAN, 'propagation_behavior_extract', 'datadog'],
    ])
    assert.deepEqual(context?.baggage, { 'user.id': '7' })
    const span = start(context)
    assert.equal(span.parentHi | span.parentLo, 0)
    assert.notEqual(span.toTraceId(), '1')
    assert.equal(span.links?.length, 1)
    const headers = headersOf(span)
    assert.notEqual(headers['x-datadog-trace-id'], '1')
    assert.equal(headers['x-datadog-tags'].includes('1111111111111111'), false)
    assert.equal(headers.tracestate.includes('foo'), false)
  }
})

test('restart: the link has the parent of the W3C headers', () => {
  const context = propagator({ propagationBehaviorExtract: 'restart' }).extract({
    ...DATADOG,
    'x-datadog-parent-id': '1',
    ...W3C,
  })
  assert.equal(links(context)?.[0][1], W3C_SPAN)
})

test('restart: without ids there is no context', () => {
  const restart = propagator({
    propagationBehaviorExtract: 'restart',
    propagationStyleExtract: ['b3', 'baggage'],
  })
  assert.equal(restart.extract({ b3: '0' }), undefined)
  assert.equal(restart.extract({}), undefined)
  assert.deepEqual(restart.extract({ baggage: 'a=b' })?.baggage, { a: 'b' })
})

test('ignore: no context, no links, no baggage', () => {
  assert.equal(
    propagator({ propagationBehaviorExtract: 'ignore' }).extract({ ...DATADOG, ...W3C, baggage: 'a=b' }),
    undefined,
  )
})

test('without styles nothing is read or written', () => {
  const none = propagator({ propagationStyleInject: ['none'], propagationStyleExtract: ['none'] })
  assert.equal(none.extract({ ...DATADOG, ...W3C, baggage: 'a=b' }), undefined)
  const carrier = {}
  none.inject(start(), { a: 'b' }, carrier)
  assert.deepEqual(carrier, {})
})
