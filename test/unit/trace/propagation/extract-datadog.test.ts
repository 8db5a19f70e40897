/** Reads a context from Datadog's headers. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UNDECIDED } from '../../../../src/trace/priority'
import { propagator, start } from './support'

const datadog = propagator({ propagationStyleExtract: ['datadog'] })
const IDS = { 'x-datadog-trace-id': '1234567890123456789', 'x-datadog-parent-id': '987654321' }

function extract(headers: Record<string, unknown>) {
  const context = datadog.extract({ ...IDS, ...headers })
  assert.ok(context)
  return context
}

test('reads decimal ids of 64 bits', () => {
  const context = extract({})
  assert.equal(context.toTraceId(), '1234567890123456789')
  assert.equal(context.toTraceId(true), '0000000000000000112210f47de98115')
  assert.equal(context.toSpanId(), '987654321')
  assert.equal(context.priority, UNDECIDED)
  const largest = extract({
    'x-datadog-trace-id': '18446744073709551615',
    'x-datadog-parent-id': '18446744073709551615',
  })
  assert.equal(largest.toTraceId(), '18446744073709551615')
  assert.equal(largest.toSpanId(true), 'ffffffffffffffff')
})

for (const [what, headers] of [
  ['a trace id of zero', { 'x-datadog-trace-id': '0' }],
  ['a trace id of many zeros', { 'x-datadog-trace-id': '0000000' }],
  ['an empty trace id', { 'x-datadog-trace-id': '' }],
  ['a trace id above 64 bits', { 'x-datadog-trace-id': '18446744073709551616' }],
  ['a trace id that is no number', { 'x-datadog-trace-id': '12x' }],
  ['a hexadecimal trace id', { 'x-datadog-trace-id': 'abcdef' }],
  ['a negative trace id', { 'x-datadog-trace-id': '-1' }],
  ['two trace ids', { 'x-datadog-trace-id': '1, 2' }],
  ['a missing parent id', { 'x-datadog-parent-id': undefined }],
  ['an empty parent id', { 'x-datadog-parent-id': '' }],
  ['a parent id that is no number', { 'x-datadog-parent-id': 'abc' }],
] as const) {
  test(`does not accept ${what}`, () => assert.equal(datadog.extract({ ...IDS, ...headers }), undefined))
}

test('accepts a parent id of zero, which synthetic tests send', () => {
  const context = extract({ 'x-datadog-parent-id': '0', 'x-datadog-origin': 'synthetics' })
  assert.equal(context.toSpanId(), '0')
  assert.equal(context.origin, 'synthetics')
})

test('reads priorities as parseInt does and ignores other text', () => {
  for (const [text, priority] of [
    ['-1', -1],
    ['0', 0],
    ['1', 1],
    ['2', 2],
    ['-2', -2],
    ['-0', 0],
    [' 2 ', 2],
    ['2.9', 2],
    ['yes', UNDECIDED],
    ['', UNDECIDED],
    ['99999999999', UNDECIDED],
  ] as const) {
    assert.equal(extract({ 'x-datadog-sampling-priority': text }).priority, priority, text)
  }
})

test('this process decides an undecided context only', () => {
  const undecided = start(extract({ 'x-datadog-tags': '_dd.p.dm=-4' }))
  undecided.trace.decide()
  assert.equal(undecided.trace.priority, 1)
  assert.equal(undecided.trace.propagated?.['_dd.p.dm'], '-4')
  const decided = start(extract({ 'x-datadog-sampling-priority': '-1' }))
  decided.trace.decide()
  assert.equal(decided.trace.priority, -1)
})

test('reads propagated tags, known or not, and the upper half of the trace id', () => {
  const context = extract({
    'x-datadog-tags':
      '_dd.p.dm=-4,_dd.p.tid=640cfd8d00000000,_dd.p.usr.id=baz64==,_dd.p.url=http://a b,_dd.p.upstream_services=x|1',
  })
  assert.deepEqual(context.propagated, {
    '_dd.p.dm': '-4',
    '_dd.p.usr.id': 'baz64==',
    '_dd.p.url': 'http://a b',
    '_dd.p.upstream_services': 'x|1',
  })
  assert.equal(context.toTraceId(true), '640cfd8d00000000112210f47de98115')
  assert.equal(context.propagationError, '')
})

test('contexts with the same header do not share tags', () => {
  const tags = '_dd.p.dm=-4'
  const one = start(extract({ 'x-datadog-tags': tags, 'x-datadog-sampling-priority': '1' }))
  const other = start(extract({ 'x-datadog-tags': tags, 'x-datadog-sampling-priority': '1' }))
  one.trace.decideManually(false)
  assert.equal(one.trace.propagated?.['_dd.p.dm'], undefined)
  assert.equal(other.trace.propagated?.['_dd.p.dm'], '-4')
  assert.deepEqual(extract({ 'x-datadog-tags': tags }).propagated, { '_dd.p.dm': '-4' })
})

for (const tid of ['1234567890abcdef1', '1234567890abcde', '1234567890abcdeX', '']) {
  test(`a malformed _dd.p.tid "${tid}" is skipped alone`, () => {
    const context = extract({ 'x-datadog-tags': `_dd.p.dm=-4,_dd.p.tid=${tid}` })
    assert.deepEqual(context.propagated, { '_dd.p.dm': '-4' })
    assert.equal(context.upperHi | context.upperLo, 0)
    assert.equal(context.propagationError, `malformed_tid ${tid}`)
  })
}

for (const tags of [
  '_dd.p.dm',
  '_dd.p.dm=-4,',
  ',_dd.p.dm=-4',
  '_dd.p.dm=-4,,_dd.p.a=b',
  'other=1',
  '_dd.p.dm=-4,other=1',
  '_dd.p.=1',
  '=1',
  '_dd.p.a b=1',
  '_dd.p.dm=-4, _dd.p.a=b',
  '_dd.p.a=\u00e9',
  '_dd.p.\u00e9=1',
  '_dd.p.a=x\ty',
]) {
  test(`one malformed pair makes all tags void: ${JSON.stringify(tags)}`, () => {
    const context = extract({ 'x-datadog-tags': tags })
    assert.equal(context.propagated, undefined)
    assert.equal(context.propagationError, 'decoding_error')
  })
}

test('tags of 512 characters are read, of 513 not', () => {
  const fits = `_dd.p.a=${'x'.repeat(512 - 8)}`
  assert.equal(extract({ 'x-datadog-tags': fits }).propagated?.['_dd.p.a'].length, 504)
  const context = extract({ 'x-datadog-tags': `${fits}x` })
  assert.equal(context.propagated, undefined)
  assert.equal(context.propagationError, 'extract_max_size')
})

test('a limit of 0 turns tags off without an error', () => {
  const context = propagator({ propagationStyleExtract: ['datadog'], tagsMaxLength: 0 }).extract({
    ...IDS,
    'x-datadog-tags': '_dd.p.dm=-4',
  })
  assert.equal(context?.propagated, undefined)
  assert.equal(context?.propagationError, '')
})

test('reads ot-baggage headers, percent-decoded, when legacy baggage is on', () => {
  const headers = {
    ...IDS,
    'ot-baggage-user': 'a%20b',
    'ot-baggage-': 'x',
    'ot-baggage-raw': '100%',
    other: 'y',
  }
  assert.deepEqual(datadog.extract(headers)?.legacyBaggage, { user: 'a b', raw: '100%' })
  assert.equal(propagator({ legacyBaggageEnabled: false }).extract(headers)?.legacyBaggage, undefined)
  assert.equal(start(datadog.extract(headers)).getBaggageItem('user'), 'a b')
})

test('an origin of 256 characters is kept, a longer one is not', () => {
  assert.equal(extract({ 'x-datadog-origin': 'o'.repeat(256) }).origin?.length, 256)
  assert.equal(extract({ 'x-datadog-origin': 'o'.repeat(257) }).origin, undefined)
})

test('reads the JSON that an SQS worker puts into one header when nothing else is there', () => {
  const carrier = {
    'x-aws-sqsd-attr-_datadog': JSON.stringify({ ...IDS, 'x-datadog-sampling-priority': '2' }),
  }
  const context = propagator().extract(carrier)
  assert.equal(context?.toTraceId(), IDS['x-datadog-trace-id'])
  assert.equal(context?.priority, 2)
  assert.equal(propagator({ propagationStyleExtract: ['none'] }).extract(carrier), undefined)
  for (const text of ['{', 'null', '1', '[]', '{"x-datadog-trace-id":{}}', `"${'x'.repeat(9000)}"`]) {
    assert.equal(propagator().extract({ 'x-aws-sqsd-attr-_datadog': text }), undefined)
  }
})
