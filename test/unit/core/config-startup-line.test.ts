/** The line of configuration that is printed at start, which support scripts read. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { resolveConfig } from '../../../src/core/config/resolve'
import { startupLine } from '../../../src/core/startup-line'

const PREFIX = 'DATADOG TRACER CONFIGURATION - '

function lineOf(options: object, env: Record<string, string> = {}, url = 'http://127.0.0.1:8126') {
  const line = startupLine(resolveConfig({ ...options }, env), url, '1.2.3')
  assert.ok(line.startsWith(PREFIX))
  assert.equal(line.includes('\n'), false)
  return JSON.parse(line.slice(PREFIX.length))
}

/** Keys that support scripts look for; `env` and `sample_rate` are there only where they are set. */
const KEYS = [
  'date',
  'os_name',
  'os_version',
  'architecture',
  'version',
  'lang',
  'lang_version',
  'env',
  'enabled',
  'service',
  'agent_url',
  'debug',
  'sample_rate',
  'sampling_rules',
  'tags',
  'dd_version',
  'log_injection_enabled',
  'runtime_metrics_enabled',
  'profiling_enabled',
  'appsec_enabled',
  'data_streams_enabled',
  'otlp_traces_export_enabled',
  'otlp_metrics_export_enabled',
  'otlp_logs_export_enabled',
]

describe('the start-up line', () => {
  test('has every key, with the values in force', () => {
    const line = lineOf(
      { service: 'shop', env: 'prod', version: '7', sampleRate: 0.5, tags: { team: 'a' } },
      { DD_TRACE_DEBUG: 'true', DD_TRACE_SAMPLING_RULES: '[{"sample_rate":0.1}]' },
    )
    assert.deepEqual(Object.keys(line), KEYS)
    assert.ok(!Number.isNaN(Date.parse(line.date)))
    assert.equal(line.lang, 'nodejs')
    assert.equal(line.version, '1.2.3')
    const { service, env, dd_version, sample_rate, tags, debug, sampling_rules } = line
    assert.deepEqual(
      { service, env, dd_version, sample_rate, tags, debug, sampling_rules },
      {
        service: 'shop',
        env: 'prod',
        dd_version: '7',
        sample_rate: 0.5,
        tags: { team: 'a' },
        debug: true,
        sampling_rules: [{ sample_rate: 0.1 }],
      },
    )
  })

  test('says whether logs get ids', () => {
    assert.equal(lineOf({}).log_injection_enabled, true)
    assert.equal(lineOf({}, { DD_LOGS_INJECTION: 'false' }).log_injection_enabled, false)
    assert.equal(lineOf({ logInjection: false }).log_injection_enabled, false)
  })

  test('names variables that init() hides, where there are any', () => {
    assert.deepEqual(lineOf({ service: 'code' }, { DD_SERVICE: 'env' }).hidden_by_init, ['DD_SERVICE'])
    assert.equal('hidden_by_init' in lineOf({ service: 'same' }, { DD_SERVICE: 'same' }), false)
  })

  test('shows no password of the agent', () => {
    assert.equal(lineOf({}, {}, 'http://me:hunter2@agent:1/?key=hunter2').agent_url, 'http://agent:1/')
    assert.equal(lineOf({}, {}, 'unix:///run/apm.socket').agent_url, 'unix:///run/apm.socket')
  })

  test('prints sampling rules from code, also those that JSON cannot hold', () => {
    const rule: Record<string, unknown> = { sampleRate: 1, name: /^web/i }
    assert.deepEqual(lineOf({ samplingRules: [rule] }).sampling_rules, [{ sampleRate: 1, name: '/^web/i' }])
    rule.self = rule
    assert.equal(lineOf({ samplingRules: [rule] }).sampling_rules, '1 rules')
    assert.equal(lineOf({ samplingRules: [{ sampleRate: 1n }] }).sampling_rules, '1 rules')
  })
})
