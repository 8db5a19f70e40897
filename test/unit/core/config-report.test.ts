/** The configuration as telemetry reports it. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { configurationReport } from '../../../src/core/config/report'
import { resolveConfig } from '../../../src/core/config/resolve'
import { ROWS } from '../../support/config-samples'

const find = (config: ReturnType<typeof resolveConfig>, name: string) =>
  configurationReport(config).find(entry => entry.name === name)

describe('the report', () => {
  test('has each row once, except for secrets and code', () => {
    const names = configurationReport(resolveConfig({}, {})).map(({ name }) => name)
    const expected = ROWS.filter(([, row]) => !row.isSecret && !row.isCode)
    assert.equal(names.length, expected.length)
    assert.equal(new Set(names).size, names.length)
    for (const [name, row] of expected) if (row.env.length > 0) assert.ok(names.includes(row.env[0]), name)
  })

  test('names the origin of each value, and the id of a file that has one', () => {
    const config = resolveConfig(
      { env: 'prod' },
      { DD_TRACE_RATE_LIMIT: '5', OTEL_SERVICE_NAME: 's' },
      {
        local: { variables: { DD_TRACE_STARTUP_LOGS: 'false' } },
        fleet: { variables: { DD_TRACE_DEBUG: 'true' }, configId: '1231231231231' },
      },
    )
    assert.deepEqual(find(config, 'DD_ENV'), { name: 'DD_ENV', value: 'prod', origin: 'code' })
    assert.deepEqual(find(config, 'DD_TRACE_RATE_LIMIT'), {
      name: 'DD_TRACE_RATE_LIMIT',
      value: 5,
      origin: 'env_var',
    })
    assert.deepEqual(find(config, 'DD_SERVICE'), { name: 'DD_SERVICE', value: 's', origin: 'env_var' })
    assert.deepEqual(find(config, 'DD_TRACE_STARTUP_LOGS'), {
      name: 'DD_TRACE_STARTUP_LOGS',
      value: false,
      origin: 'local_stable_config',
    })
    assert.deepEqual(find(config, 'DD_TRACE_DEBUG'), {
      name: 'DD_TRACE_DEBUG',
      value: true,
      origin: 'fleet_stable_config',
      configId: '1231231231231',
    })
    assert.equal(find(config, 'DD_VERSION')?.origin, 'calculated')
    assert.equal(find(config, 'DD_TRACE_AGENT_PORT')?.origin, 'default')
  })

  test('writes lists and maps as their variables are written, and null for what is not set', () => {
    const rules = [{ sampleRate: 0.5, name: /^web/ }]
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    const config = resolveConfig(
      {
        tags: { a: 'b', c: 'd:e' },
        headerTags: ['x', 'y:z'],
        samplingRules: rules,
        spanSamplingRules: [cyclic],
      },
      {},
    )
    const values = ['DD_TAGS', 'DD_TRACE_HEADER_TAGS', 'DD_TRACE_SAMPLING_RULES', 'DD_SPAN_SAMPLING_RULES']
    assert.deepEqual(
      [...values, 'DD_TRACE_SAMPLE_RATE'].map(name => find(config, name)?.value),
      ['a:b,c:d:e', 'x,y:z', '[{"sampleRate":0.5,"name":"/^web/"}]', null, null],
    )
  })

  test('holds no password', () => {
    const config = resolveConfig(
      {},
      {
        DD_TRACE_AGENT_URL: 'http://me:hunter2@agent:8126/base?key=hunter2#hunter2',
        DD_GIT_REPOSITORY_URL: 'https://hunter2@host.invalid/repository.git',
        DD_TAGS: 'git:https://me:hunter2@host.invalid/x',
      },
    )
    assert.equal(find(config, 'DD_TRACE_AGENT_URL')?.value, 'http://agent:8126/base')
    assert.doesNotMatch(JSON.stringify(configurationReport(config)), /hunter2/)
  })
})

describe('the table', () => {
  test('marks rows for keys and headers as secret', () => {
    for (const [name, row] of ROWS)
      if (/API_KEY|APP_KEY|PASSWORD|SECRET|(^|_)HEADERS$/.test(row.env.join())) assert.ok(row.isSecret, name)
  })
})
