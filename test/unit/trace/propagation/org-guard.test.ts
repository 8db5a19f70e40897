/** Ignores the decisions of other organisations, and keeps the ids of their contexts. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrgGuard } from '../../../../src/trace/propagation/org-guard'
import { headersOf, propagator, type Settings, start } from './support'

const OURS = 'AaBbCcDdEeFf'
const THEIRS = 'Zz1122334455'
const TRUSTED = 'Tt9988776655'

function guarded(marker = OURS, strict = false): Settings {
  const orgGuard = new OrgGuard({ strict, trusted: [TRUSTED] })
  orgGuard.marker = marker
  return { orgGuard }
}

function incoming(tags: string): Record<string, string> {
  return {
    'x-datadog-trace-id': '123456789',
    'x-datadog-parent-id': '987654321',
    'x-datadog-sampling-priority': '2',
    'x-datadog-origin': 'rum',
    'x-datadog-tags': `_dd.p.tid=1111111111111111,_dd.p.dm=-4${tags}`,
    baggage: 'key=value',
  }
}

for (const [what, options, tags, isTrusted] of [
  ['no guard, theirs', {}, `,_dd.p.opm=${THEIRS}`, true],
  ['guard, ours', guarded(), `,_dd.p.opm=${OURS}`, true],
  ['guard, theirs', guarded(), `,_dd.p.opm=${THEIRS}`, false],
  ['guard, trusted', guarded(), `,_dd.p.opm=${TRUSTED}`, true],
  ['guard, none', guarded(), '', true],
  ['strict guard, none', guarded(OURS, true), '', false],
  ['strict guard, ours', guarded(OURS, true), `,_dd.p.opm=${OURS}`, true],
  ['guard that does not know ours', guarded(''), `,_dd.p.opm=${THEIRS}`, true],
] as const) {
  test(`${what}: ${isTrusted ? 'continues' : 'continues the ids only'}`, () => {
    const context = propagator(options).extract(incoming(tags))
    assert.ok(context)
    assert.equal(context.toTraceId(true), '1111111111111111000000000'.concat('75bcd15'))
    assert.equal(context.toSpanId(), '987654321')
    assert.deepEqual(context.baggage, { key: 'value' })
    assert.equal(context.origin, isTrusted ? 'rum' : undefined)
    assert.equal(context.propagated?.['_dd.p.dm'], isTrusted ? '-4' : undefined)
    assert.equal(start(context).trace.priority === 2, isTrusted)
  })
}

test('a foreign tracestate loses its Datadog member only', () => {
  const options = guarded()
  const context = propagator(options).extract({
    traceparent: '00-11111111111111110000000000000001-0000000000000001-01',
    tracestate: `dd=s:2;o:rum;p:0123456789abcdef;t.dm:-4;t.opm:${THEIRS};x:y,foo=1`,
  })
  const headers = headersOf(start(context), options)
  assert.equal(headers.traceparent.startsWith('00-11111111111111110000000000000001-'), true)
  const [dd, ...others] = headers.tracestate.split(',')
  assert.deepEqual(others, ['foo=1'])
  assert.deepEqual(
    dd
      .slice(3)
      .split(';')
      .filter(pair => !pair.startsWith('p:')),
    ['s:1', `t.opm:${OURS}`, 't.dm:-0'],
  )
})

test('the own marker is sent in both styles in place of any other, also if it becomes known later', () => {
  const orgGuard = new OrgGuard({ strict: false, trusted: [THEIRS] })
  const span = start(propagator({ orgGuard }).extract(incoming(`,_dd.p.opm=${THEIRS}`)))
  assert.match(headersOf(span, { orgGuard })['x-datadog-tags'], /_dd\.p\.opm=Zz1122334455/)
  orgGuard.marker = OURS
  const headers = headersOf(span, { orgGuard })
  assert.match(headers['x-datadog-tags'], /_dd\.p\.opm=AaBbCcDdEeFf/)
  assert.doesNotMatch(headers['x-datadog-tags'], /Zz1122334455/)
  assert.match(headers.tracestate, /;t\.opm:AaBbCcDdEeFf/)
})

test('a context that is passed on has the own marker, and another with the same header stays unchanged', () => {
  const options = guarded()
  const reader = propagator()
  const [passedOn, twin] = [1, 2].map(() => reader.extract(incoming('')))
  assert.match(headersOf(passedOn, options)['x-datadog-tags'], /_dd\.p\.opm=AaBbCcDdEeFf/)
  assert.equal(twin?.propagated?.['_dd.p.opm'], undefined)
})
