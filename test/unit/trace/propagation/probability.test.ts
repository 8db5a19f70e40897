/** The member `ot` of `tracestate`, which tells tracers of other vendors at which rate a trace was sampled. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRules } from '../../../../src/trace/sampling/rules'
import { Sampler } from '../../../../src/trace/sampling/sampler'
import { headersOf, propagator, runtimeWith, start } from './support'

const THRESHOLDS = [
  [0.01, 'fd70a3d70a3d7'],
  [0.1, 'e6666666666668'],
  [0.2, 'ccccccccccccd'],
  [0.5, '8'],
  [0.99, '028f5c28f5c29'],
  [1, '0'],
] as const

/** Lower halves of trace ids and their `rv`, as computed by other tracers. */
const RANDOM = [
  [1n, 'f0948a54d43b8e'],
  [10n, '65cd67504a538e'],
  [1000n, 'c43c5b5d08a38e'],
  [83n, '0028d980cf4f1c'],
  [18444899399302180862n, 'fe93c079a65653'],
  [18446744073709551615n, '0f6b75ab2bc471'],
  [9223372036854775809n, '70948a54d43b8e'],
  [10197320802478874805n, 'd29c6d21f144ee'],
] as const

function sampled(rate: number, headers: Record<string, unknown>, rateLimit = -1) {
  const sampler = new Sampler({ rules: [], sampleRate: rate, rateLimit })
  const runtime = runtimeWith(sampler)
  const span = start(propagator().extract(headers), {}, runtime)
  return { span, sampler, runtime, headers: headersOf(span) }
}

function undecided(traceId: bigint): Record<string, string> {
  return { 'x-datadog-trace-id': String(traceId), 'x-datadog-parent-id': '1' }
}

function otOf(headers: Record<string, string>): string | undefined {
  return headers.tracestate.split(',').find(member => member.startsWith('ot='))
}

for (const [rate, threshold] of THRESHOLDS) {
  test(`a trace sampled at ${rate} says so, second after Datadog's member, and agrees with the decision`, () => {
    for (const [traceId, random] of RANDOM) {
      const { headers } = sampled(rate, undecided(traceId))
      assert.equal(headers.tracestate.split(',')[1], `ot=rv:${random};th:${threshold}`)
      const keeps = random >= threshold.padEnd(14, '0')
      assert.equal(headers.traceparent.endsWith('-01'), keeps, `${traceId}`)
    }
  })
}

test('where 56 bits decide otherwise than 64 do, the randomness is changed', () => {
  const kept = sampled(0.1, undecided(0x03a93ee8b1999f00n)).headers
  assert.equal(otOf(kept), 'ot=rv:e6666666666668;th:e6666666666668')
  assert.equal(kept.traceparent.endsWith('-01'), true)
  const dropped = sampled(0.05, undecided(5401449561355763072n)).headers
  assert.equal(otOf(dropped), 'ot=rv:f333333333332f;th:f333333333333')
  assert.equal(dropped.traceparent.endsWith('-00'), true)
})

test('a rate of zero has no threshold', () => {
  assert.equal(otOf(sampled(0, undecided(1n)).headers), undefined)
})

test('a trace that a limiter refuses has no threshold', () => {
  const sampler = new Sampler({ rules: parseRules([{ sample_rate: 1 }]).rules, rateLimit: 1, nowMs: () => 0 })
  const runtime = runtimeWith(sampler)
  const [allowed, refused] = [start(undefined, {}, runtime), start(undefined, {}, runtime)].map(span =>
    headersOf(span),
  )
  assert.match(otOf(allowed) ?? '', /^ot=rv:[\da-f]{14};th:0$/)
  assert.equal(refused['x-datadog-sampling-priority'], '-1')
  assert.equal(otOf(refused), undefined)
})

test('rates of the agent are used once it has sent some', () => {
  const sampler = new Sampler({ rules: [] })
  const runtime = runtimeWith(sampler)
  assert.equal(otOf(headersOf(start(undefined, {}, runtime))), undefined)
  sampler.agentRates.update({ 'service:,env:': 0.5 })
  assert.match(otOf(headersOf(start(undefined, {}, runtime))) ?? '', /^ot=rv:[\da-f]{14};th:8$/)
  sampler.agentRates.update({ 'service:,env:': 0 })
  assert.equal(otOf(headersOf(start(undefined, {}, runtime))), undefined)
})

const KEPT = '00-0000000000000000fff972474538efff-0000000000000001-01'
const RV = 'rv:ef284ace7a91e1'
const TH = 'th:e6666666666668'

for (const [state, forwarded] of [
  [`ot=${RV};${TH}`, `ot=${RV};${TH}`],
  [`dd=s:2,ot=${RV};${TH};foo:bar,congo=1`, `ot=${RV};${TH};foo:bar,congo=1`],
  [`congo=1,ot=${RV}`, `congo=1,ot=${RV}`],
  [`ot=${TH}`, `ot=${TH}`],
  ['ot=foo:bar', 'ot=foo:bar'],
  [`congo=1,ot=rv:invalid;${TH};foo:bar`, `ot=${TH};foo:bar,congo=1`],
  [`congo=1,ot=${RV};th:not-hex`, `ot=${RV},congo=1`],
  ['congo=1,ot=rv:not-hex;th:not-hex', 'congo=1'],
  ['ot=rv:EF284ACE7A91E1', ''],
  ['ot=th:000000000000000', ''],
  [`ot=${RV},a=1,ot=${TH},b=2`, `ot=${RV},a=1,b=2`],
  ['other=rv:x,ott=th:x', 'other=rv:x,ott=th:x'],
] as const) {
  test(`an upstream decision is passed on, without malformed fields: ${state}`, () => {
    const { headers } = sampled(0.1, { traceparent: KEPT, tracestate: state })
    assert.equal(headers.tracestate.split(',').slice(1).join(','), forwarded)
  })
}

test('an upstream decision is passed on beside the headers of Datadog', () => {
  const { headers } = sampled(0.1, {
    ...undecided(0xfff972474538efffn),
    'x-datadog-sampling-priority': '2',
    traceparent: KEPT,
    tracestate: `ot=${RV};${TH}`,
  })
  assert.equal(otOf(headers), `ot=${RV};${TH}`)
})

test('a decision of this process replaces an inherited one, and keeps unknown fields', () => {
  const { headers } = sampled(0.5, {
    ...undecided(1n),
    traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
    tracestate: `foo=1,ot=rv:1234567890abcd;${TH};future:value,bar=2`,
  })
  const [, ...others] = headers.tracestate.split(',')
  assert.deepEqual(others, ['ot=rv:f0948a54d43b8e;th:8;future:value', 'foo=1', 'bar=2'])
})

test('a decision by the user clears the threshold and keeps inherited randomness only', () => {
  const own = sampled(0.5, undecided(1n)).span
  own.setTag('manual.keep', true)
  assert.equal(otOf(headersOf(own)), undefined)
  const inherited = sampled(0.1, {
    traceparent: KEPT.replace('-01', '-00'),
    tracestate: `foo=1,ot=${RV};${TH};future:value`,
  }).span
  inherited.setTag('manual.keep', true)
  const headers = headersOf(inherited)
  assert.equal(headers.traceparent.endsWith('-01'), true)
  assert.equal(headers.tracestate.split(',').slice(1).join(','), `ot=${RV};future:value,foo=1`)
})

test('keeps to 32 members and to 256 characters of its own', () => {
  const many = Array.from({ length: 31 }, (_, at) => `v${at}=1`)
  const { headers } = sampled(0.5, {
    ...undecided(1n),
    traceparent: '00-00000000000000000000000000000001-0000000000000001-01',
    tracestate: `ot=x:${'v'.repeat(254)},${many.join(',')}`,
  })
  const members = headers.tracestate.split(',')
  assert.equal(members.length, 32)
  assert.equal(members[1], 'ot=rv:f0948a54d43b8e;th:8')
  assert.deepEqual(members.slice(2), many.slice(0, 30))
})

test('the random flag of traceparent is passed on unchanged, and never added', () => {
  for (const [flags, out] of [
    ['00', '00'],
    ['01', '01'],
    ['02', '02'],
    ['03', '03'],
    ['fd', '01'],
    ['ff', '03'],
  ]) {
    const { headers } = sampled(1, { traceparent: KEPT.replace(/01$/, flags) })
    assert.equal(headers.traceparent.slice(-2), out)
  }
  assert.equal(sampled(1, {}).headers.traceparent.slice(-2), '01')
})
