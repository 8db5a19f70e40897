/** Variables of OpenTelemetry: how they are read, and what happens where a `DD_*` variable is set as well. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { otelCounts } from '../../../src/core/config/report'
import { type Config, resolveConfig } from '../../../src/core/config/resolve'

type Env = Record<string, string>

const SAMPLER = 'OTEL_TRACES_SAMPLER'
const ARG = 'OTEL_TRACES_SAMPLER_ARG'

describe('a variable of OpenTelemetry', () => {
  const cases: [Env, keyof Config['origins'], unknown][] = [
    [{ OTEL_SERVICE_NAME: 'Shop' }, 'service', 'Shop'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=shop,a=b' }, 'service', 'shop'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.version=2' }, 'version', '2'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=old' }, 'env', 'old'],
    [
      { OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=new,deployment.environment=old' },
      'env',
      'new',
    ],
    [{ OTEL_PROPAGATORS: 'B3, tracecontext' }, 'propagationStyle', ['b3', 'tracecontext']],
    [{ OTEL_PROPAGATORS: 'none' }, 'propagationStyle', ['none']],
    [{ [SAMPLER]: 'parentbased_always_on' }, 'sampleRate', 1],
    [{ [SAMPLER]: 'parentbased_always_off' }, 'sampleRate', 0],
    [{ [SAMPLER]: 'ParentBased_TraceIDRatio', [ARG]: '0.25' }, 'sampleRate', 0.25],
    [{ [SAMPLER]: 'parentbased_traceidratio' }, 'sampleRate', 1],
    [{ [SAMPLER]: 'parentbased_traceidratio', [ARG]: '' }, 'sampleRate', 1],
    [{ [SAMPLER]: 'parentbased_traceidratio', [ARG]: '0' }, 'sampleRate', 0],
    [{ [ARG]: '0.25' }, 'sampleRate', undefined],
    [{ OTEL_TRACES_EXPORTER: 'none' }, 'enabled', false],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'enabled', true],
    [{ OTEL_SDK_DISABLED: 'FALSE' }, 'otelEnabled', true],
    [{ OTEL_SDK_DISABLED: 'true' }, 'otelEnabled', false],
    [{ OTEL_LOG_LEVEL: 'error' }, 'logLevel', 'error'],
    [{ OTEL_LOG_LEVEL: 'none' }, 'logLevel', 'off'],
    [{ OTEL_LOG_LEVEL: 'verbose' }, 'logLevel', 'debug'],
    [{ OTEL_LOG_LEVEL: 'DEBUG' }, 'debug', true],
    [{ OTEL_LOG_LEVEL: 'info' }, 'debug', false],
    [{ OTEL_LOG_LEVEL: 'debug', DD_TRACE_DEBUG: 'false' }, 'debug', false],
  ]
  for (const [env, name, value] of cases) {
    test(`${JSON.stringify(env)} makes ${name} ${JSON.stringify(value)}`, () => {
      const config = resolveConfig({}, env)
      assert.deepEqual(config[name], value)
      assert.deepEqual([config.problems, otelCounts(config)], [[], []])
    })
  }

  test('resource attributes that are not settings become tags, with decoded values', () => {
    const text = 'service.name=s,team=apm%2C eu, k = v ,empty=,=x,lonely,bad=%zz,__proto__=p'
    const config = resolveConfig({}, { OTEL_RESOURCE_ATTRIBUTES: text })
    assert.deepEqual(config.tags, { service: 's', team: 'apm, eu', k: 'v', empty: '', bad: '%zz' })
    assert.deepEqual([config.origins.tags, config.variables.tags], ['env_var', 'OTEL_RESOURCE_ATTRIBUTES'])
  })

  test('OTEL_SERVICE_NAME wins over the resource attribute service.name', () => {
    const env = { OTEL_SERVICE_NAME: 'named', OTEL_RESOURCE_ATTRIBUTES: 'service.name=attribute' }
    assert.equal(resolveConfig({}, env).service, 'named')
  })

  for (const [chosen, rate] of [
    ['always_on', 1],
    ['always_off', 0],
    ['traceidratio', 0.25],
  ] as const) {
    test(`the sampler ${chosen} is read as parentbased_${chosen}, with a warning`, () => {
      const config = resolveConfig({}, { [SAMPLER]: chosen, [ARG]: '0.25' })
      assert.equal(config.sampleRate, rate)
      assert.deepEqual(config.problems, [`${SAMPLER}='${chosen}' is taken as parentbased_${chosen}`])
      assert.deepEqual(otelCounts(config), [])
    })
  }
})

describe('a DD_* variable and an OTEL_* variable of the same setting', () => {
  const twins: [Env, Env, keyof Config['origins'], unknown][] = [
    [{ DD_SERVICE: 'ours' }, { OTEL_SERVICE_NAME: 'theirs' }, 'service', 'ours'],
    [{ DD_TAGS: 'a:1' }, { OTEL_RESOURCE_ATTRIBUTES: 'a=2,b=2,service.name=s' }, 'tags', { a: '1' }],
    [{ DD_TRACE_PROPAGATION_STYLE: 'datadog' }, { OTEL_PROPAGATORS: 'b3' }, 'propagationStyle', ['datadog']],
    [{ DD_TRACE_SAMPLE_RATE: '0.5' }, { [SAMPLER]: 'parentbased_always_on' }, 'sampleRate', 0.5],
    [{ DD_TRACE_ENABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }, 'enabled', true],
    [{ DD_TRACE_OTEL_ENABLED: 'true' }, { OTEL_SDK_DISABLED: 'true' }, 'otelEnabled', true],
    [{ DD_LOG_LEVEL: 'error' }, { OTEL_LOG_LEVEL: 'debug' }, 'logLevel', 'error'],
  ]
  const canonical: Record<string, string> = { DD_LOG_LEVEL: 'dd_trace_log_level' }
  for (const [ours, theirs, name, value] of twins) {
    const [used] = Object.keys(ours)
    const [hidden] = Object.keys(theirs)
    test(`${used} is used and not ${hidden}, with a warning and a count`, () => {
      const config = resolveConfig({}, { ...ours, ...theirs })
      assert.deepEqual(config[name], value)
      assert.deepEqual(config.problems, [`${used} and ${hidden} are both set; ${hidden} is not used`])
      const tags = [
        `config_datadog:${canonical[used] ?? used.toLowerCase()}`,
        `config_opentelemetry:${hidden.toLowerCase()}`,
      ]
      assert.deepEqual(otelCounts(config), [{ metric: 'otel.env.hiding', tags }])
    })
  }

  test('a sampler and its argument are counted each, with one warning', () => {
    const env = { DD_TRACE_SAMPLE_RATE: '0.5', [SAMPLER]: 'parentbased_traceidratio', [ARG]: '0.1' }
    const config = resolveConfig({}, env)
    assert.equal(config.problems.length, 1)
    assert.deepEqual(
      otelCounts(config).map(({ tags }) => tags[1]),
      ['config_opentelemetry:otel_traces_sampler', 'config_opentelemetry:otel_traces_sampler_arg'],
    )
  })

  test('no warning where the OTEL_* variable means nothing for the setting', () => {
    const config = resolveConfig({}, { DD_TRACE_ENABLED: 'true', OTEL_TRACES_EXPORTER: 'otlp' })
    assert.deepEqual(config.problems, [])
  })

  test('the OTEL_* variable is used where the value of the DD_* variable is bad', () => {
    const config = resolveConfig({}, { DD_TRACE_SAMPLE_RATE: 'x', [SAMPLER]: 'parentbased_always_off' })
    assert.equal(config.sampleRate, 0)
    assert.deepEqual(config.problems, ["DD_TRACE_SAMPLE_RATE='x' is not a number; using 0"])
    assert.deepEqual(otelCounts(config), [])
  })
})

describe('a bad value of an OTEL_* variable', () => {
  const cases: [Env, keyof Config['origins'], unknown, RegExp][] = [
    [{ OTEL_RESOURCE_ATTRIBUTES: 'foo' }, 'tags', {}, /is not a list key=value/],
    [{ OTEL_PROPAGATORS: 'jaeger,xray' }, 'propagationStyle', undefined, /none of tracecontext/],
    [{ OTEL_PROPAGATORS: 'b3,xray' }, 'propagationStyle', ['b3'], /; using \["b3"\]$/],
    [{ [SAMPLER]: 'jaeger_remote' }, 'sampleRate', undefined, /is not one of parentbased_always_on/],
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'enabled', true, /is not none or otlp; using true$/],
    [{ OTEL_SDK_DISABLED: 'foo' }, 'otelEnabled', false, /is not true or false; using false$/],
    [{ OTEL_LOG_LEVEL: 'foo' }, 'logLevel', 'warn', /is not one of debug, info/],
    [{ [ARG]: 'foo' }, 'sampleRate', undefined, /is not a rate between 0 and 1; it is not used$/],
    [
      { [SAMPLER]: 'parentbased_traceidratio', [ARG]: '1.5' },
      'sampleRate',
      undefined,
      /^OTEL_TRACES_SAMPLER_ARG=/,
    ],
  ]
  for (const [env, name, value, problem] of cases) {
    test(`${JSON.stringify(env)} is reported, counted and not used`, () => {
      const config = resolveConfig({}, env)
      const fallback = resolveConfig({}, {})[name]
      assert.deepEqual(config[name], value ?? fallback)
      assert.equal(config.problems.length, 1)
      assert.match(config.problems[0], problem)
      const counts = otelCounts(config)
      assert.equal(counts.length, 1)
      assert.equal(counts[0].metric, 'otel.env.invalid')
      assert.match(counts[0].tags.join(), /^config_datadog:dd_\w+,config_opentelemetry:otel_\w+$/)
    })
  }

  test('is reported in a file as in the environment', () => {
    const local = { variables: { OTEL_SERVICE_NAME: 'from-file', OTEL_LOG_LEVEL: 'x' } }
    const config = resolveConfig({}, {}, { local })
    assert.deepEqual([config.service, config.origins.service], ['from-file', 'local_stable_config'])
    assert.equal(otelCounts(config).length, 1)
  })
})
