/**
 * Names of settings that the tracer does not know: what is told, with which name that is near, and what is not told.
 */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { resolveConfig, variableNames } from '../../../src/core/config/resolve'
import { FAMILIES, NAMES, SWITCHES } from '../../../src/core/config/unknown/dd-trace-names'
import { nearest } from '../../../src/core/config/unknown/nearest'
import { warningsOfUnknown } from '../../../src/core/config/unknown-names'
import { manifest } from '../../../src/manifest'

function warnings(env: Record<string, string>, options: Record<string, unknown> = {}): string[] {
  return warningsOfUnknown(resolveConfig(options, env), manifest)
}

const set = (...names: string[]) => Object.fromEntries(names.map(name => [name, 'x']))

describe('unknown variables', () => {
  const meant: [unknown: string, known: string][] = [
    ['DD_TRACE_SAMPEL_RATE', 'DD_TRACE_SAMPLE_RATE'],
    ['DD_TRACE_SAMPLING_RATE', 'DD_TRACE_SAMPLE_RATE'],
    ['DD_TRACE_SAMPLING_RULE', 'DD_TRACE_SAMPLING_RULES'],
    ['DD_SAMPLE_RATE', 'DD_TRACE_SAMPLE_RATE'],
    ['DD_TRACE_SERVICE', 'DD_SERVICE'],
    ['DD_SERVCE', 'DD_SERVICE'],
    ['DD_AGENT_HSOT', 'DD_AGENT_HOST'],
    ['DD_TRACE_AGENT_PROT', 'DD_TRACE_AGENT_PORT'],
    ['DD_DOGSTATSD_PROT', 'DD_DOGSTATSD_PORT'],
    ['DD_LOGS_INJECTON', 'DD_LOGS_INJECTION'],
    ['DD_PROFILING_ENABELD', 'DD_PROFILING_ENABLED'],
    ['DD_TRACE_EXPRES_ENABLED', 'DD_TRACE_EXPRESS_ENABLED'],
    ['DD_TRACE_PG_POOL_ENABLED', 'DD_TRACE_PG_ENABLED'],
    ['OTEL_SERVICE_NAM', 'OTEL_SERVICE_NAME'],
    ['OTEL_BSP_SCHEDULE_DELY', 'OTEL_BSP_SCHEDULE_DELAY'],
  ]
  for (const [unknown, known] of meant) {
    test(`${unknown} is told with ${known}`, () => {
      assert.deepEqual(warnings(set(unknown)), [
        `unknown environment variables, without effect: ${unknown} (did you mean ${known}?)`,
      ])
    })
  }

  test('are told in one line, those without a near name as well', () => {
    assert.deepEqual(warnings(set('DD_TRACE_SAMPEL_RATE', 'DD_TRACE_METHODS', 'DD_PROFILING_WHATEVER')), [
      'unknown environment variables, without effect: ' +
        'DD_TRACE_SAMPEL_RATE (did you mean DD_TRACE_SAMPLE_RATE?), DD_TRACE_METHODS, DD_PROFILING_WHATEVER',
    ])
  })

  test('are not taken for a known one with another word', () => {
    const names = ['OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE', 'OTEL_EXPORTER_OTLP_TRACES_INSECURE']
    assert.deepEqual(warnings(set(...names)), [
      `unknown environment variables, without effect: ${names.join(', ')}`,
    ])
  })

  test('are cut off after twenty', () => {
    const names = Array.from({ length: 22 }, (_, index) => `DD_TRACE_UNHEARD_OF_${index}`)
    const [warning, ...others] = warnings(set(...names))
    assert.ok(warning.endsWith('DD_TRACE_UNHEARD_OF_19 and 2 more'), warning)
    assert.deepEqual(others, [])
  })

  test('are not looked for in files, which serve tracers of all languages', () => {
    const files = { local: { variables: set('DD_TRACE_SAMPEL_RATE') } }
    assert.deepEqual(resolveConfig({}, {}, files).unknownVariables, [])
  })

  test('are not told when they are empty', () => {
    assert.deepEqual(warnings({ DD_TRACE_SAMPEL_RATE: '' }), [])
  })
})

describe('known variables', () => {
  test('are not told, neither those of rows nor the switches of integrations', () => {
    const switches = ['DD_TRACE_PG_ENABLED', 'DD_TRACE_AWS_SDK_ENABLED', 'DD_TRACE_CHILD_PROCESS_ENABLED']
    assert.deepEqual(warnings(set(...variableNames(), ...switches)), [])
  })
})

describe('variables of dd-trace', () => {
  test('that are not supported are told as such, in one line', () => {
    const names = [
      'DD_APPSEC_ENABLED',
      'DD_TRACE_SCOPE',
      'DD_TRACE_KNEX_ENABLED',
      'OTEL_METRIC_EXPORT_INTERVAL',
    ]
    assert.deepEqual(warnings(set(...names)), [
      `variables of dd-trace that this tracer does not support, without effect: ${names.join(', ')}`,
    ])
  })

  test('are told with the switch of the integration that patches the module', () => {
    assert.deepEqual(warnings({ DD_TRACE_HAPI_HAPI_ENABLED: 'false', DD_TRACE_HTTPS_ENABLED: 'false' }), [
      'variables of dd-trace that this tracer does not support, without effect: ' +
        'DD_TRACE_HAPI_HAPI_ENABLED (did you mean DD_TRACE_HAPI_ENABLED?), ' +
        'DD_TRACE_HTTPS_ENABLED (did you mean DD_TRACE_HTTP_ENABLED?)',
    ])
  })

  test('that switch off a product that is not there are not told', () => {
    assert.deepEqual(warnings({ DD_APPSEC_ENABLED: 'false', DD_IAST_ENABLED: '0' }), [])
    assert.equal(warnings({ DD_APM_TRACING_ENABLED: 'false' }).length, 1)
  })

  test('are in no list once they are supported', () => {
    const ours = new Set(variableNames())
    assert.deepEqual(
      [...NAMES].filter(name => ours.has(name)),
      [],
    )
    const switches = [...SWITCHES].map(name => `DD_TRACE_${name}_ENABLED`)
    assert.deepEqual(resolveConfig({}, set(...switches)).unknownVariables.length, switches.length)
    assert.ok(warnings(set(...switches)).every(each => !each.startsWith('unknown')))
    for (const family of FAMILIES) assert.equal(warnings(set(`${family}ANYTHING`)).length, 1, family)
  })
})

describe('variables that are meant for others', () => {
  const others = {
    'the agent': [
      'DD_API_KEY',
      'DATADOG_API_KEY',
      'DD_APP_KEY',
      'DD_SITE',
      'DD_URL',
      'DD_DD_URL',
      'DD_HOSTNAME',
      'DD_HOSTNAME_FILE',
      'DD_APM_ENABLED',
      'DD_APM_ENV',
      'DD_APM_NON_LOCAL_TRAFFIC',
      'DD_APM_RECEIVER_PORT',
      'DD_APM_RECEIVER_SOCKET',
      'DD_AGENT_IPC_PORT',
      'DD_AC_INCLUDE',
      'DD_BIND_HOST',
      'DD_CLUSTER_NAME',
      'DD_CLUSTER_AGENT_ENABLED',
      'DD_CONTAINER_EXCLUDE',
      'DD_DOGSTATSD_NON_LOCAL_TRAFFIC',
      'DD_DOGSTATSD_SOCKET',
      'DD_DOGSTATSD_STATS_PORT',
      'DD_DOGSTATSD_TAGS',
      'DD_EXTRA_TAGS',
      'DD_KUBERNETES_KUBELET_HOST',
      'DD_KUBERNETES_POD_LABELS_AS_TAGS',
      'DD_KUBELET_TLS_VERIFY',
      'DD_LOGS_ENABLED',
      'DD_LOGS_CONFIG_CONTAINER_COLLECT_ALL',
      'DD_LOG_FILE',
      'DD_LOG_TO_CONSOLE',
      'DD_OTLP_CONFIG_RECEIVER_PROTOCOLS_HTTP_ENDPOINT',
      'DD_PROCESS_AGENT_ENABLED',
      'DD_PROCESS_CONFIG_PROCESS_COLLECTION_ENABLED',
      'DD_PROXY_HTTPS',
      'DD_REMOTE_CONFIGURATION_API_KEY',
      'DD_SYSTEM_PROBE_ENABLED',
    ],
    'Kubernetes services of agents': [
      'DD_AGENT_SERVICE_HOST',
      'DD_AGENT_SERVICE_PORT',
      'DD_AGENT_PORT',
      'DD_AGENT_PORT_8126_TCP_ADDR',
      'DATADOG_AGENT_PORT',
      'DATADOG_TRACE_AGENT_URL',
    ],
    'AWS Lambda and other clouds': [
      'DD_LAMBDA_HANDLER',
      'DD_FLUSH_TO_LOG',
      'DD_SERVERLESS_LOGS_ENABLED',
      'DD_CAPTURE_LAMBDA_PAYLOAD',
      'DD_MERGE_XRAY_TRACES',
      'DD_ENHANCED_METRICS',
      'DD_TRACE_EXTRACTOR',
      'DD_TRACE_MANAGED_SERVICES',
      'DD_AZURE_RESOURCE_GROUP',
    ],
    'the installer and continuous integration': [
      'DD_INJECTION_ENABLED',
      'DD_INJECT_FORCE',
      'DD_INSTRUMENTATION_INSTALL_ID',
      'DD_INSTRUMENTATION_INSTALL_TYPE',
      'DD_GIT_BRANCH',
      'DD_GIT_COMMIT_MESSAGE',
      'DD_PIPELINE_EXECUTION_ID',
    ],
    'tracers of other languages': ['DD_JMXFETCH_ENABLED', 'DD_DOTNET_TRACER_HOME', 'DD_PATCH_MODULES'],
    'SDKs of OpenTelemetry': [
      'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
      'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
      'OTEL_EXPORTER_JAEGER_ENDPOINT',
      'OTEL_EXPORTER_OTLP_CERTIFICATE',
      'OTEL_EXPORTER_OTLP_INSECURE',
      'OTEL_EXPORTER_PROMETHEUS_PORT',
      'OTEL_METRICS_EXEMPLAR_FILTER',
      'OTEL_NODE_RESOURCE_DETECTORS',
      'OTEL_SEMCONV_STABILITY_OPT_IN',
    ],
    'the application': ['DD_DASHBOARD', 'DD_TEAM', 'OTEL_DEMO'],
  }
  for (const [reader, names] of Object.entries(others)) {
    test(`are not told: ${reader}`, () => {
      for (const name of names) assert.deepEqual(warnings({ [name]: 'x' }), [], name)
    })
  }
})

describe('unknown options of init()', () => {
  test('are told in one line, with the nearest name', () => {
    assert.deepEqual(
      warnings({}, { sampelRate: 1, experimental: {}, port: 8126, dogstatsd: { prefx: 'a' } }),
      [
        'unknown options of init(), without effect: ' +
          'sampelRate (did you mean sampleRate?), experimental, dogstatsd.prefx (did you mean dogstatsd.prefix?)',
      ],
    )
  })

  test('are none of those that the tracer has', () => {
    const { unknownOptions } = resolveConfig(
      {
        service: 's',
        runtimeMetrics: { enabled: true, gc: false },
        dogstatsd: { url: 'udp://a', tags: {} },
        tracePropagationStyle: { inject: ['b3'] },
      },
      {},
    )
    assert.deepEqual(unknownOptions, [])
  })
})

describe('the nearest name', () => {
  test('is within the limit, and the first of several', () => {
    const names = ['abcd', 'abce', 'xyz']
    assert.equal(nearest('abcf', names, 1), 'abcd')
    assert.equal(nearest('abec', names, 1), 'abce')
    assert.equal(nearest('abdc', names, 1), 'abcd')
    assert.equal(nearest('bcd', names, 1), 'abcd')
    assert.equal(nearest('xy', names, 1), 'xyz')
    assert.equal(nearest('qrst', names, 3), undefined)
    assert.equal(nearest('abxx', names, 1), undefined)
    assert.equal(nearest('abxx', names, 2), 'abcd')
  })
})
