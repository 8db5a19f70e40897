/** Opens samplers by the configuration. */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { resolveConfig } from '../../../../src/core/config/resolve'
import type { TraceSink } from '../../../../src/trace/local-trace'
import { keepSpans, openSampler, openSpanSampler, samplingRules } from '../../../../src/trace/sampling/open'
import { catchLog } from '../../../support/log-lines'
import { temporaryFolder } from '../../../support/temporary'
import { runtimeWith, start } from '../propagation/support'

afterEach(() => catchLog('off'))

test('the first rule that matches decides, and the tags of the configuration count as tags of spans', () => {
  const samplingRules = [{ tags: { team: 'pay*' }, sample_rate: 0 }, { sample_rate: 1 }]
  const decided = (tags: object): number => {
    const { trace } = start(
      undefined,
      {},
      runtimeWith(openSampler(resolveConfig({ samplingRules, tags }, {}))),
    )
    trace.decide()
    return trace.priority
  }
  assert.equal(decided({ team: 'payments' }), -1)
  assert.equal(decided({ team: 'search' }), 2)
})

test('a rule that cannot be used is skipped with a warning', () => {
  const lines = catchLog()
  assert.equal(samplingRules({ samplingRules: [{ sample_rate: 'often' }, { sample_rate: 0.5 }] }).length, 1)
  assert.deepEqual(lines, [
    'warn: DD_TRACE_SAMPLING_RULES: sampling rule 1: sample_rate is missing or not a number, skipped',
  ])
})

test('without span rules there is no span sampler, and the sink stays the same', () => {
  const sink: TraceSink = { add() {} }
  assert.equal(openSpanSampler(resolveConfig({}, {})), undefined)
  assert.equal(keepSpans(undefined, sink), sink)
})

test('span rules keep spans of dropped traces only', () => {
  const mechanisms: unknown[] = []
  const sampler = openSpanSampler(resolveConfig({ spanSamplingRules: [{ name: 'web.*' }] }, {}))
  const sink = keepSpans(sampler, {
    add: (_trace, [span]) => void mechanisms.push(span.tags['_dd.span_sampling.mechanism']),
  })
  for (const priority of [0, 1]) {
    start(undefined, {}, runtimeWith({ decide: trace => trace.setDecision(priority, 0) }, { sink })).finish()
  }
  assert.deepEqual(mechanisms, [8, undefined])
})

test('span rules come from a file where the configuration has none', () => {
  const lines = catchLog()
  const file = join(temporaryFolder('span-rules-'), 'rules.json')
  writeFileSync(file, JSON.stringify([{ name: 'web.*' }]))
  const opened = (rules: string) =>
    openSpanSampler(resolveConfig({}, { DD_SPAN_SAMPLING_RULES: rules, DD_SPAN_SAMPLING_RULES_FILE: file }))
  assert.equal(opened('')?.keep(start()), true)
  assert.equal(opened('[{"name":"other"}]')?.keep(start()), false)
  writeFileSync(file, '[{')
  assert.equal(opened(''), undefined)
  assert.deepEqual(lines, [`warn: DD_SPAN_SAMPLING_RULES_FILE=${file} cannot be read as JSON; using none`])
})
