/** Settings in telemetry: what is reported, and what is not. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { configurationReport } from '../../../../src/core/config/report'
import { resolveConfig } from '../../../../src/core/config/resolve'
import { KEYS_ONLY, REPORTED_AS_IS, Settings } from '../../../../src/export/telemetry/settings'

function valuesOf(env: Record<string, string>, options: object = {}): Record<string, unknown> {
  const settings = new Settings(resolveConfig({ ...options }, env)).all()
  return Object.fromEntries(settings.map(({ name, value }) => [name, value]))
}

describe('settings in telemetry', () => {
  const shown: [variable: string, text: string, value: unknown][] = [
    ['DD_SERVICE', 'shop', 'shop'],
    ['DD_ENV', 'prod', 'prod'],
    ['DD_TRACE_SAMPLE_RATE', '0.5', 0.5],
    ['DD_LOGS_INJECTION', 'false', false],
    ['DD_TRACE_SAMPLING_RULES', '[{"service":"a","sample_rate":1}]', '[{"service":"a","sample_rate":1}]'],
    ['DD_TRACE_HEADER_TAGS', 'x-a:b,c', 'x-a:b,c'],
    ['DD_TRACE_PROPAGATION_STYLE', 'b3,datadog', 'b3,datadog'],
    ['DD_TAGS', 'team:secret-team,area:x', 'team,area'],
    ['DD_SERVICE_MAPPING', 'pg:orders', 'pg'],
    ['DD_TRACE_AGENT_URL', 'http://user:pass@agent.inside:1', '<set>'],
    ['DD_AGENT_HOST', 'agent.inside', '<set>'],
    ['DD_SPAN_SAMPLING_RULES_FILE', '/home/me/rules', '<set>'],
    ['DD_GIT_REPOSITORY_URL', 'https://user:pass@git.inside/shop', '<set>'],
    ['DD_TRACE_OBFUSCATION_QUERY_STRING_REGEXP', 'my-secret', '<set>'],
    ['DD_EXTERNAL_ENV', 'it-false', '<set>'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=x', undefined],
  ]
  for (const [variable, text, value] of shown) {
    test(`${variable}=${text} goes out as ${JSON.stringify(value)}`, () => {
      assert.deepEqual(valuesOf({ [variable]: text })[variable], value)
    })
  }

  test('no free text of any setting goes out, but of those that are listed', () => {
    const env: Record<string, string> = {}
    for (const { name } of configurationReport(resolveConfig({}, {}))) {
      if (/^[A-Z]/.test(name)) env[name] = 'marker'
    }
    const leaks = Object.entries(valuesOf(env)).filter(([, value]) => String(value).includes('marker'))
    assert.deepEqual(leaks.map(([name]) => name).sort(), [
      'DD_ENV',
      'DD_GIT_COMMIT_SHA',
      'DD_SERVICE',
      'DD_SERVICE_MAPPING',
      'DD_TAGS',
      'DD_TRACE_BAGGAGE_TAG_KEYS',
      'DD_TRACE_CLIENT_IP_HEADER',
      'DD_TRACE_DISABLED_INSTRUMENTATIONS',
      'DD_TRACE_DISABLED_PLUGINS',
      'DD_TRACE_HEADER_TAGS',
      'DD_TRACE_HTTP_SERVER_ERROR_STATUSES',
      'DD_TRACE_PEER_SERVICE_MAPPING',
      'DD_TRACE_PROPAGATION_STYLE',
      'DD_TRACE_PROPAGATION_STYLE_EXTRACT',
      'DD_TRACE_PROPAGATION_STYLE_INJECT',
      'DD_VERSION',
      'OTEL_TRACES_EXPORTER',
    ])
  })

  test('that are listed as reported in full, or by their keys, exist', () => {
    const names = new Set(Object.keys(valuesOf({})))
    assert.deepEqual(
      [...REPORTED_AS_IS, ...KEYS_ONLY].filter(name => !names.has(name)),
      [],
    )
  })

  test('are reported once, until they change', () => {
    const config = resolveConfig({}, { DD_TRACE_SAMPLE_RATE: '0.1' })
    const settings = new Settings(config)
    const all = settings.all()
    assert.equal(new Set(all.map(({ name }) => name)).size, all.length)
    assert.deepEqual(settings.changed(), [])
    const live = config as { sampleRate: number; origins: Record<string, string> }
    live.origins.sampleRate = 'remote_config'
    const change = settings.changed()
    assert.deepEqual(
      change.map(({ name, origin }) => [name, origin]),
      [['DD_TRACE_SAMPLE_RATE', 'remote_config']],
    )
    assert.deepEqual(settings.changed(), [])
    settings.forget(change)
    assert.equal(settings.changed().length, 1)
  })
})
