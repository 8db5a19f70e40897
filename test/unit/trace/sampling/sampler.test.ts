/** Decides which traces are kept. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRules } from '../../../../src/trace/sampling/rules'
import { Sampler, type SamplerOptions } from '../../../../src/trace/sampling/sampler'
import type { Tags } from '../../../../src/trace/site'
import { headersOf, propagator, runtimeWith, start } from '../propagation/support'

function samplerWith(rules: unknown, options: Partial<SamplerOptions> = {}): Sampler {
  return new Sampler({ rules: parseRules(rules).rules, ...options })
}

function decide(sampler: Sampler, tags: Tags = {}, prepare?: (span: ReturnType<typeof start>) => void) {
  const span = start(undefined, tags, runtimeWith(sampler))
  prepare?.(span)
  span.trace.decide()
  const { priority, ruleRate, limitRate, agentRate, propagated } = span.trace
  return { priority, ruleRate, limitRate, agentRate, propagated: { ...propagated } }
}

test('without configuration keeps by the built-in rate', () => {
  assert.deepEqual(decide(samplerWith([])), {
    priority: 1,
    ruleRate: -1,
    limitRate: -1,
    agentRate: 1,
    propagated: { '_dd.p.dm': '-0' },
  })
})

test('a sample rate of 1 keeps as a rule does', () => {
  assert.deepEqual(decide(samplerWith([], { sampleRate: 1 })), {
    priority: 2,
    ruleRate: 1,
    limitRate: 1,
    agentRate: -1,
    propagated: { '_dd.p.ksr': '1', '_dd.p.dm': '-3' },
  })
})

test('a sample rate of a millionth drops, without asking the limiter', () => {
  const result = decide(samplerWith([], { sampleRate: 1e-6 }))
  assert.equal(result.priority, -1)
  assert.equal(result.ruleRate, 1e-6)
  assert.equal(result.limitRate, -1)
  assert.deepEqual(result.propagated, { '_dd.p.ksr': '0.000001' })
})

test('the agent rate decides with priorities 1 and 0', () => {
  const sampler = samplerWith([], { env: 'prod' })
  sampler.agentRates.update({ 'service:shop,env:prod': 1, 'service:,env:': 0 })
  assert.deepEqual(decide(sampler), {
    priority: 1,
    ruleRate: -1,
    limitRate: -1,
    agentRate: 1,
    propagated: { '_dd.p.ksr': '1', '_dd.p.dm': '-1' },
  })
  const dropped = decide(sampler, {}, span => {
    span.service = 'other'
  })
  assert.equal(dropped.priority, 0)
  assert.equal(dropped.agentRate, 0)
  assert.deepEqual(dropped.propagated, { '_dd.p.ksr': '0' })
})

test('a rule comes before the sample rate, and that before the agent', () => {
  const sampler = samplerWith([{ name: 'web.*', sampleRate: 0 }], { sampleRate: 1 })
  sampler.agentRates.update({ 'service:,env:': 1 })
  const byRule = decide(sampler)
  assert.equal(byRule.priority, -1)
  assert.equal(byRule.ruleRate, 0)
  const byRate = decide(sampler, {}, span => {
    span.name = 'db.query'
  })
  assert.equal(byRate.priority, 2)
  assert.equal(byRate.ruleRate, 1)
  assert.equal(byRate.agentRate, -1)
})

test('the first rule that matches decides', () => {
  const sampler = samplerWith([
    { service: 'other', sampleRate: 0 },
    { resource: 'GET *', sampleRate: 0 },
    { tags: { tier: 'gold' }, sampleRate: 1 },
    { sampleRate: 0 },
  ])
  assert.equal(decide(sampler, { tier: 'gold' }).priority, 2)
  assert.equal(decide(sampler, { tier: 'lead' }).priority, -1)
  assert.equal(
    decide(sampler, { tier: 'gold' }, span => {
      span.resource = 'GET /'
    }).priority,
    -1,
  )
})

test('rules look at the local root as it is at the decision', () => {
  const sampler = samplerWith([{ resource: 'GET /late', sampleRate: 0 }])
  const root = start(undefined, {}, runtimeWith(sampler))
  const child = start(root)
  child.resource = 'GET /other'
  root.resource = 'GET /late'
  assert.equal(headersOf(child)['x-datadog-sampling-priority'], '-1')
})

test('rules see global tags', () => {
  const sampler = samplerWith([{ tags: { env: 'prod' }, sampleRate: 0 }], { globalTags: { env: 'prod' } })
  assert.equal(decide(sampler).priority, -1)
})

test('the limiter drops traces that a rule would keep, and its rate is recorded', () => {
  const clock = { ms: 0 }
  const sampler = samplerWith([], { sampleRate: 1, rateLimit: 2, nowMs: () => clock.ms })
  assert.deepEqual(
    [1, 2, 3, 4].map(() => {
      const { priority, limitRate } = decide(sampler)
      return [priority, limitRate]
    }),
    [
      [2, 1],
      [2, 1],
      [-1, 2 / 3],
      [-1, 0.5],
    ],
  )
  clock.ms = 1000
  assert.equal(decide(sampler).priority, 2)
})

test('a negative rate limit is no limit, 0 keeps nothing', () => {
  const unlimited = samplerWith([], { sampleRate: 1, rateLimit: -1 })
  for (let round = 0; round < 500; round++) assert.equal(decide(unlimited).priority, 2)
  assert.equal(decide(samplerWith([], { sampleRate: 1, rateLimit: 0 })).priority, -1)
})

test('the default rate limit is 100 a second', () => {
  const sampler = samplerWith([], { sampleRate: 1, nowMs: () => 0 })
  let kept = 0
  for (let round = 0; round < 150; round++) if (decide(sampler).priority === 2) kept++
  assert.equal(kept, 100)
})

test('the limiter does not count traces that agent rates keep', () => {
  const sampler = samplerWith([{ service: 'none', sampleRate: 1 }], { rateLimit: 1, nowMs: () => 0 })
  for (let round = 0; round < 5; round++) assert.equal(decide(sampler).priority, 1)
})

test('a rule with a limit of its own is under both limits', () => {
  const sampler = samplerWith([{ sampleRate: 1, maxPerSecond: 1 }], { nowMs: () => 0 })
  assert.equal(decide(sampler).priority, 2)
  const refused = decide(sampler)
  assert.equal(refused.priority, -1)
  assert.equal(refused.limitRate, 0.5)
})

test('provenance becomes the decision maker', () => {
  assert.equal(decide(samplerWith([{ sampleRate: 1, provenance: 'customer' }])).propagated['_dd.p.dm'], '-11')
  assert.equal(decide(samplerWith([{ sampleRate: 1, provenance: 'dynamic' }])).propagated['_dd.p.dm'], '-12')
})

test('manual decisions override rules and carry no rates', () => {
  const sampler = samplerWith([], { sampleRate: 0 })
  const kept = decide(sampler, {}, span => start(span).setTag('manual.keep', true))
  assert.deepEqual([kept.priority, kept.propagated['_dd.p.dm'], kept.ruleRate], [2, '-4', -1])
  const dropped = decide(samplerWith([], { sampleRate: 1 }), {}, span => span.setTag('manual.drop', true))
  assert.deepEqual([dropped.priority, dropped.propagated['_dd.p.dm'], dropped.ruleRate], [-1, undefined, -1])
})

test('a decision and a rate from upstream stay', () => {
  const runtime = runtimeWith(samplerWith([], { sampleRate: 0.5 }))
  const ids = { 'x-datadog-trace-id': '1', 'x-datadog-parent-id': '2' }
  const decided = start(propagator().extract({ ...ids, 'x-datadog-sampling-priority': '0' }), {}, runtime)
  decided.trace.decide()
  assert.deepEqual([decided.trace.priority, decided.trace.ruleRate], [0, -1])
  const undecided = start(
    propagator().extract({ ...ids, 'x-datadog-tags': '_dd.p.ksr=0.25,_dd.p.dm=-1' }),
    {},
    runtime,
  )
  undecided.trace.decide()
  assert.equal(undecided.trace.ruleRate, 0.5)
  assert.deepEqual(undecided.trace.propagated, { '_dd.p.ksr': '0.25', '_dd.p.dm': '-1' })
})

test('the rate is sent in both header styles', () => {
  const headers = headersOf(start(undefined, {}, runtimeWith(samplerWith([], { sampleRate: 1 }))))
  assert.ok(headers['x-datadog-tags'].endsWith('_dd.p.ksr=1,_dd.p.dm=-3'))
  assert.ok(headers.tracestate.split(',')[0].endsWith(';t.ksr:1;t.dm:-3'))
})

test('rules can be replaced while running', () => {
  const sampler = samplerWith([], { sampleRate: 0 })
  assert.equal(decide(sampler).priority, -1)
  sampler.setRules(parseRules([{ sampleRate: 1 }]).rules)
  assert.equal(decide(sampler).priority, 2)
  sampler.setRules([])
  assert.equal(decide(sampler).priority, 1)
})

test('a sample rate out of range is clamped, one that is no number is none', () => {
  assert.equal(decide(samplerWith([], { sampleRate: 7 })).ruleRate, 1)
  assert.equal(decide(samplerWith([], { sampleRate: -7 })).ruleRate, 0)
  assert.equal(decide(samplerWith([], { sampleRate: Number.NaN })).ruleRate, -1)
})

test('the lower half of the trace id decides: two tracers agree on one trace', () => {
  const rate = { sampleRate: 0.5 }
  for (let round = 0; round < 200; round++) {
    const span = start(undefined, {}, runtimeWith(samplerWith([], rate)))
    const decided = headersOf(span)
    for (const headers of [
      { b3: `${span.toTraceId(true)}-${span.toSpanId(true)}` },
      { b3: `${span.toTraceId(true).slice(16)}-${span.toSpanId(true)}` },
    ]) {
      const again = start(
        propagator({ propagationStyleExtract: ['b3'] }).extract(headers),
        {},
        runtimeWith(samplerWith([], rate)),
      )
      assert.equal(headersOf(again)['x-datadog-sampling-priority'], decided['x-datadog-sampling-priority'])
    }
  }
})
