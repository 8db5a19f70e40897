/** Writes a context into headers. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RemoteContext } from '../../../../src/trace/remote-context'
import { ddPairs, headersOf, propagator, runtime64, runtimeWith, spanWith, start } from './support'

test('writes Datadog and W3C headers', () => {
  const span = spanWith(42, [0x640cfd8d, 0])
  const id = span.toSpanId(true)
  assert.deepEqual(headersOf(span), {
    'x-datadog-trace-id': '42',
    'x-datadog-parent-id': span.toSpanId(),
    'x-datadog-sampling-priority': '1',
    'x-datadog-tags': '_dd.p.tid=640cfd8d00000000,_dd.p.dm=-0',
    traceparent: `00-640cfd8d00000000000000000000002a-${id}-01`,
    tracestate: `dd=s:1;p:${id};t.dm:-0`,
  })
})

test('a trace id of 64 bits is padded for W3C and has no _dd.p.tid', () => {
  const headers = headersOf(spanWith(-1))
  assert.equal(headers['x-datadog-trace-id'], '4294967295')
  assert.equal(headers['x-datadog-tags'], '_dd.p.dm=-0')
  assert.equal(headers.traceparent.slice(0, 36), '00-000000000000000000000000ffffffff-')
})

test('makes the sampling decision once, before writing', () => {
  let decisions = 0
  const runtime = runtimeWith({
    decide(trace) {
      decisions++
      trace.setDecision(-1, 3)
    },
  })
  const span = start(undefined, {}, runtime)
  const headers = headersOf(span)
  assert.equal(headers['x-datadog-sampling-priority'], '-1')
  assert.equal(headers['x-datadog-tags'].includes('_dd.p.dm'), false)
  assert.equal(headers.traceparent.endsWith('-00'), true)
  assert.deepEqual(ddPairs(headers), ['s:-1', `p:${span.toSpanId(true)}`])
  headersOf(span)
  assert.equal(decisions, 1)
})

test('a decision of the application after the first injection is in the next headers', () => {
  const span = start()
  assert.equal(headersOf(span)['x-datadog-sampling-priority'], '1')
  span.setTag('manual.drop', true)
  const dropped = headersOf(span)
  assert.equal(dropped['x-datadog-sampling-priority'], '-1')
  assert.equal(dropped.traceparent.endsWith('-00'), true)
  assert.equal(ddPairs(dropped)[0], 's:-1')
  span.setTag('manual.keep', true)
  const kept = headersOf(span)
  assert.equal(kept['x-datadog-sampling-priority'], '2')
  assert.equal(kept['x-datadog-tags'].endsWith('_dd.p.dm=-4'), true)
  assert.equal(ddPairs(kept).at(-1), 't.dm:-4')
})

test('spans of one trace differ in their own ids only', () => {
  const root = start()
  const child = start(root)
  const one = headersOf(root)
  const other = headersOf(child)
  assert.equal(other['x-datadog-trace-id'], one['x-datadog-trace-id'])
  assert.equal(other['x-datadog-parent-id'], child.toSpanId())
  assert.equal(
    other.traceparent,
    one.traceparent.replace(`${root.toSpanId(true)}-01`, `${child.toSpanId(true)}-01`),
  )
  assert.equal(ddPairs(other)[1], `p:${child.toSpanId(true)}`)
  assert.deepEqual(headersOf(root), one)
})

test('a later version of traceparent is continued as version 00', () => {
  const context = propagator().extract({
    traceparent: 'cc-12345678901234567890123456789012-1234567890123456-01-tail',
  })
  assert.equal(headersOf(start(context)).traceparent.startsWith('00-12345678901234567890123456789012-'), true)
  assert.equal(headersOf(context).traceparent, '00-12345678901234567890123456789012-1234567890123456-01')
})

test('the dd member moves to the front, other members keep their order', () => {
  const context = propagator().extract({
    traceparent: '00-12345678901234567890123456789012-1234567890123456-01',
    tracestate: 'foo=1,dd=s:2;z:1;t.dm:-4,bar=2',
  })
  const span = start(context)
  assert.equal(headersOf(span).tracestate, `dd=s:2;p:${span.toSpanId(true)};t.dm:-4;z:1,foo=1,bar=2`)
})

test('there are at most 32 members, dd included', () => {
  const members = Array.from({ length: 33 }, (_, at) => `key${at}=${at}`).join(',')
  const context = propagator().extract({
    traceparent: '00-12345678901234567890123456789012-1234567890123456-01',
    tracestate: members,
  })
  const sent = headersOf(start(context)).tracestate.split(',')
  assert.equal(sent.length, 32)
  assert.equal(sent[0].startsWith('dd='), true)
  assert.equal(sent[31], 'key30=30')
})

test('origin is written unchanged, and escaped in tracestate', () => {
  for (const [origin, escaped] of [
    ['synthetics-browser', 'synthetics-browser'],
    ['synthetics~;=web,z', 'synthetics__~web_z'],
    ['a b', 'a b'],
  ]) {
    const headers = headersOf(
      start(
        propagator().extract({
          'x-datadog-trace-id': '1',
          'x-datadog-parent-id': '2',
          'x-datadog-origin': origin,
        }),
      ),
    )
    assert.equal(headers['x-datadog-origin'], origin)
    assert.ok(ddPairs(headers).includes(`o:${escaped}`))
  }
})

test('an origin that no header may hold is written with underscores', () => {
  const headers = headersOf(
    start(
      propagator().extract({
        'x-datadog-trace-id': '1',
        'x-datadog-parent-id': '2',
        'x-datadog-origin': 'a\r\nb\u20ac',
      }),
    ),
  )
  assert.equal(headers['x-datadog-origin'], 'a__b_')
  assert.ok(ddPairs(headers).includes('o:a__b_'))
})

test('tags: = becomes ~ in tracestate, separators in names become _', () => {
  const span = start(undefined, {}, runtime64)
  span.trace.propagated = { '_dd.p.usr.id': 'baz64==', '_dd.p.a;b:c': 'x;y~z', '_dd.p.empty': '' }
  const headers = headersOf(span)
  assert.equal(headers['x-datadog-tags'], '_dd.p.usr.id=baz64==,_dd.p.a;b:c=x;y~z,_dd.p.dm=-0')
  assert.deepEqual(ddPairs(headers).slice(2), ['t.usr.id:baz64~~', 't.a_b_c:x_y_z', 't.dm:-0'])
})

for (const [what, tags] of [
  ['a comma in a value', { '_dd.p.a': 'x,y' }],
  ['a value outside ASCII', { '_dd.p.a': '\u00e9' }],
  ['a line break in a value', { '_dd.p.a': 'x\r\ny' }],
  ['a space in a name', { '_dd.p.a b': 'x' }],
  ['= in a name', { '_dd.p.a=b': 'x' }],
  ['a name without the prefix', { other: 'x' }],
  ['the prefix as a name', { '_dd.p.': 'x' }],
] as const) {
  test(`${what} keeps all tags out of x-datadog-tags, and the trace says so`, () => {
    const span = start()
    span.trace.propagated = { ...tags }
    assert.equal(headersOf(span)['x-datadog-tags'], undefined)
    assert.equal(span.trace.chunkTags?.['_dd.propagation_error'], 'encoding_error')
  })
}

test('tags of 512 characters are written, of 513 not, and the trace says so', () => {
  for (const [length, error] of [
    [512, undefined],
    [513, 'inject_max_size'],
  ] as const) {
    const span = start(undefined, {}, runtime64)
    span.trace.propagated = {
      '_dd.p.dm': '-0',
      '_dd.p.a': 'x'.repeat(length - '_dd.p.dm=-0,_dd.p.a='.length),
    }
    assert.equal(headersOf(span)['x-datadog-tags']?.length, error === undefined ? length : undefined)
    assert.equal(span.trace.chunkTags?.['_dd.propagation_error'], error)
  }
})

test('the limit of x-datadog-tags can be changed, and 0 turns them off without an error', () => {
  const span = start()
  assert.equal(headersOf(span, { tagsMaxLength: 0 })['x-datadog-tags'], undefined)
  assert.equal(span.trace.chunkTags, undefined)
  assert.equal(headersOf(span, { tagsMaxLength: 10 })['x-datadog-tags'], undefined)
  assert.equal(headersOf(span, { tagsMaxLength: 1000 })['x-datadog-tags']?.includes('_dd.p.dm=-0'), true)
})

test('an error of injection does not reach traces with the same baggage tags', () => {
  const context = propagator({ tagsMaxLength: 10 }).extract({
    'x-datadog-trace-id': '1',
    'x-datadog-parent-id': '2',
    baggage: 'user.id=7',
  })
  const span = start(context)
  headersOf(span, { tagsMaxLength: 5 })
  assert.deepEqual(span.trace.chunkTags, {
    'baggage.user.id': '7',
    '_dd.propagation_error': 'inject_max_size',
  })
  assert.deepEqual(start(context).trace.chunkTags, { 'baggage.user.id': '7' })
})

test('the dd member has at most 256 characters: pairs that do not fit are left out', () => {
  const span = start(undefined, {}, runtime64)
  const base = `dd=s:1;p:${span.toSpanId(true)};t.dm:-0`.length
  const room = 256 - base - ';t.a:'.length
  span.trace.propagated = { '_dd.p.dm': '-0', '_dd.p.a': 'x'.repeat(room) }
  assert.equal(headersOf(span).tracestate.length, 256)
  const other = start(undefined, {}, runtime64)
  other.trace.propagated = { '_dd.p.dm': '-0', '_dd.p.a': 'x'.repeat(room + 1), '_dd.p.b': 'y' }
  assert.equal(headersOf(other).tracestate, `dd=s:1;p:${other.toSpanId(true)};t.dm:-0;t.b:y`)
})

test('an origin fits into tracestate or is left out of it', () => {
  const carrier = {
    'x-datadog-trace-id': '1',
    'x-datadog-parent-id': '2',
    'x-datadog-sampling-priority': '1',
  }
  for (const [length, stateLength] of [
    [228, 256],
    [229, 25],
    [256, 25],
  ] as const) {
    const headers = headersOf(
      start(propagator().extract({ ...carrier, 'x-datadog-origin': 'o'.repeat(length) })),
    )
    assert.equal(headers['x-datadog-origin'].length, length)
    assert.equal(headers.tracestate.length, stateLength)
  }
})

test('a context that is passed on keeps its own ids and last Datadog span', () => {
  const tracestate = 'dd=s:2;o:rum;p:0123456789abcdef;t.dm:-4,foo=1'
  const traceparent = '00-12345678901234567890123456789012-1234567890123456-01'
  const headers = headersOf(propagator().extract({ traceparent, tracestate }))
  assert.equal(headers.traceparent, traceparent)
  assert.equal(headers.tracestate, tracestate)
  assert.equal(headers['x-datadog-parent-id'], '1311768467284833366')
  for (const [incoming, outgoing] of [
    ['dd=s:2', 'dd=s:2'],
    ['foo=1,dd=t.a:b', 'dd=s:1;t.a:b,foo=1'],
    ['foo=1', 'dd=s:1,foo=1'],
  ]) {
    assert.equal(headersOf(propagator().extract({ traceparent, tracestate: incoming })).tracestate, outgoing)
  }
})

test('an undecided context is passed on undecided', () => {
  const context = propagator().extract({ 'x-datadog-trace-id': '1', 'x-datadog-parent-id': '2' })
  assert.deepEqual(
    headersOf(context, { propagationStyleInject: ['datadog', 'tracecontext', 'b3', 'b3multi'] }),
    {
      'x-datadog-trace-id': '1',
      'x-datadog-parent-id': '2',
      traceparent: '00-00000000000000000000000000000001-0000000000000002-00',
      b3: '0000000000000001-0000000000000002',
      'x-b3-traceid': '0000000000000001',
      'x-b3-spanid': '0000000000000002',
    },
  )
})

test('a context without a span is passed on in Datadog style only', () => {
  const context = propagator().extract({ 'x-datadog-trace-id': '1', 'x-datadog-parent-id': '0' })
  assert.deepEqual(
    headersOf(context, { propagationStyleInject: ['datadog', 'tracecontext', 'b3', 'b3multi'] }),
    {
      'x-datadog-trace-id': '1',
      'x-datadog-parent-id': '0',
    },
  )
})

test('a context without ids writes nothing', () => assert.deepEqual(headersOf(new RemoteContext()), {}))

test('writes B3 headers', () => {
  const root = spanWith(42, [0x640cfd8d, 0])
  const child = start(root)
  const trace = '640cfd8d00000000000000000000002a'
  assert.deepEqual(headersOf(root, { propagationStyleInject: ['b3'] }), {
    b3: `${trace}-${root.toSpanId(true)}-1`,
  })
  assert.deepEqual(headersOf(child, { propagationStyleInject: ['b3'] }), {
    b3: `${trace}-${child.toSpanId(true)}-1-${root.toSpanId(true)}`,
  })
  child.setTag('manual.keep', true)
  assert.deepEqual(headersOf(child, { propagationStyleInject: ['b3multi'] }), {
    'x-b3-traceid': trace,
    'x-b3-spanid': child.toSpanId(true),
    'x-b3-parentspanid': root.toSpanId(true),
    'x-b3-sampled': '1',
    'x-b3-flags': '1',
  })
  child.setTag('manual.drop', true)
  assert.equal(headersOf(child, { propagationStyleInject: ['b3multi'] })['x-b3-sampled'], '0')
  assert.equal(
    headersOf(spanWith(42), { propagationStyleInject: ['b3multi'] })['x-b3-traceid'],
    '000000000000002a',
  )
})

test('writes legacy baggage of a span, percent-encoded where a header needs it', () => {
  const span = start()
  span.setBaggageItem('user', 'a b')
  span.setBaggageItem('euro', '5\u20ac 100%')
  span.setBaggageItem('edge', ' x ')
  span.setBaggageItem('half', '\ud800')
  span.setBaggageItem('bad key', 'x')
  span.setBaggageItem('empty', '')
  const headers = headersOf(span)
  assert.equal(headers['ot-baggage-user'], 'a b')
  assert.equal(headers['ot-baggage-euro'], '5%E2%82%AC 100%25')
  assert.equal(headers['ot-baggage-edge'], '%20x%20')
  assert.equal(headers['ot-baggage-half'], '%EF%BF%BD')
  assert.equal(Object.keys(headers).filter(name => name.startsWith('ot-')).length, 4)
  assert.deepEqual(propagator().extract(headers)?.legacyBaggage, {
    user: 'a b',
    euro: '5\u20ac 100%',
    edge: ' x ',
    half: '\ufffd',
  })
  assert.equal(headersOf(span, { legacyBaggageEnabled: false })['ot-baggage-user'], undefined)
  assert.equal(headersOf(span, { propagationStyleInject: ['tracecontext'] })['ot-baggage-user'], undefined)
})

test('injectWith passes every header to a function', () => {
  const span = start()
  const seen: Record<string, string> = {}
  propagator().injectWith(span, { a: 'b' }, (name, value) => {
    seen[name] = value
  })
  assert.deepEqual(seen, headersOf(span, {}, { a: 'b' }))
})

test('a carrier or a setter that throws does no harm', () => {
  propagator().inject(start(), { a: 'b' }, Object.freeze({}))
  propagator().inject(start(), undefined, undefined as never)
  propagator().injectWith(start(), undefined, () => {
    throw new Error('headers are sent')
  })
})

test('baggage is written without a span', () => {
  assert.deepEqual(headersOf(undefined, {}, { a: 'b' }), { baggage: 'a=b' })
})
