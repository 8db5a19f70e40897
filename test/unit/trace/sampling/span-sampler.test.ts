/** Keeps single spans of dropped traces. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRules } from '../../../../src/trace/sampling/rules'
import { SpanSampler } from '../../../../src/trace/sampling/span-sampler'
import { start } from '../propagation/support'

function samplerWith(rules: unknown, nowMs?: () => number): SpanSampler {
  return new SpanSampler({ rules: parseRules(rules, 1).rules, nowMs })
}

test('keeps a span that a rule matches, and sets its tags', () => {
  const span = start()
  assert.equal(samplerWith([{ service: 'sh*', name: 'web.*', max_per_second: 5 }]).keep(span), true)
  assert.deepEqual(span.tags, {
    '_dd.span_sampling.mechanism': 8,
    '_dd.span_sampling.rule_rate': 1,
    '_dd.span_sampling.max_per_second': 5,
  })
})

test('without a limit there is no tag for it', () => {
  const span = start()
  samplerWith([{ sample_rate: 1 }]).keep(span)
  assert.equal('_dd.span_sampling.max_per_second' in span.tags, false)
})

test('drops a span that no rule matches, and does not change it', () => {
  const span = start()
  assert.equal(samplerWith([{ service: 'other' }]).keep(span), false)
  assert.equal(samplerWith([]).keep(span), false)
  assert.deepEqual(span.tags, {})
})

test('the first rule that matches decides alone', () => {
  const sampler = samplerWith([{ name: 'web.*', sample_rate: 0 }, { sample_rate: 1 }])
  assert.equal(sampler.keep(start()), false)
  const limited = samplerWith([{ max_per_second: 1 }, {}], () => 0)
  assert.deepEqual([limited.keep(start()), limited.keep(start())], [true, false])
})

test('spans of one trace are decided independently', () => {
  const sampler = samplerWith([{ sample_rate: 0.5 }])
  const root = start()
  let kept = 0
  for (let round = 0; round < 2000; round++) if (sampler.keep(start(root))) kept++
  // Five standard deviations around 1000.
  assert.ok(kept > 888 && kept < 1112, `${kept} of 2000`)
})
