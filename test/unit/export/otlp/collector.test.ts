/** Address of the collector, and the user's headers. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { resolveConfig } from '../../../../src/core/config/resolve'
import { endpointAt, endpointOf, headersOf } from '../../../../src/export/otlp/collector'
import { catchLog } from '../../../support/log-lines'

const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
const ALL = 'OTEL_EXPORTER_OTLP_ENDPOINT'

/** Cases: [name, environment, whole URL]. */
const ENDPOINTS: [string, Record<string, string>, string][] = [
  ['nothing', {}, 'http://127.0.0.1:4318/v1/traces'],
  ['the host of the agent', { DD_AGENT_HOST: 'agent' }, 'http://agent:4318/v1/traces'],
  ['a bare IPv6 host', { DD_AGENT_HOST: '::1' }, 'http://[::1]:4318/v1/traces'],
  ['the URL of the agent', { DD_TRACE_AGENT_URL: 'https://agent:8126' }, 'http://agent:4318/v1/traces'],
  ['a socket', { DD_TRACE_AGENT_URL: 'unix:///run/apm' }, 'http://127.0.0.1:4318/v1/traces'],
  ['a host that is none', { DD_AGENT_HOST: 'a b' }, 'http://127.0.0.1:4318/v1/traces'],
  ['a base', { [ALL]: 'http://c:4318' }, 'http://c:4318/v1/traces'],
  ['a base with a slash', { [ALL]: 'http://c:4318/' }, 'http://c:4318/v1/traces'],
  ['a base with a path', { [ALL]: 'https://c/otlp/' }, 'https://c/otlp/v1/traces'],
  ['a base with a query', { [ALL]: 'https://c/otlp?key=1' }, 'https://c/otlp/v1/traces?key=1'],
  ['a base on the default port', { [ALL]: 'https://c:443' }, 'https://c/v1/traces'],
  ['a base and an agent', { [ALL]: 'http://c', DD_AGENT_HOST: 'agent' }, 'http://c/v1/traces'],
  ['a whole URL', { [TRACES]: 'http://c:1/custom' }, 'http://c:1/custom'],
  ['a whole URL without a path', { [TRACES]: 'http://c:1' }, 'http://c:1/'],
  ['a whole URL with a trailing slash', { [TRACES]: 'http://c:1/x/' }, 'http://c:1/x/'],
  ['a whole URL with a query', { [TRACES]: 'http://c:1/x?a=b' }, 'http://c:1/x?a=b'],
  ['both', { [TRACES]: 'http://t/x', [ALL]: 'http://c' }, 'http://t/x'],
  ['user and password', { [TRACES]: 'http://me:secret@c/x' }, 'http://c/x'],
]

describe('the endpoint', () => {
  for (const [what, env, url] of ENDPOINTS) {
    test(`of ${what} is ${url}`, () => {
      const { origin, path } = endpointOf(resolveConfig({}, env))
      assert.equal(origin + path, url)
    })
  }

  for (const bad of ['collector:4317', 'c', 'grpc://c:4317', 'unix:///run/otlp', 'http://']) {
    test(`is not ${bad}, with a warning`, t => {
      const lines = catchLog()
      t.after(() => catchLog('off'))
      const { origin, path } = endpointOf(resolveConfig({}, { [TRACES]: bad, [ALL]: 'http://c' }))
      assert.equal(origin + path, 'http://c/v1/traces')
      assert.deepEqual(lines, [`warn: otlp endpoint ${bad} is not an http or https url; it is not used`])
    })
  }

  test('of setUrl() may leave out the path for traces', () => {
    const at = (url: string) => endpointAt(url)?.path
    assert.deepEqual(['http://c', 'http://c/v1/traces', 'http://c/otlp', 'nonsense'].map(at), [
      '/v1/traces',
      '/v1/traces',
      '/otlp/v1/traces',
      undefined,
    ])
  })
})

describe('the headers', () => {
  const headers = (all: string, traces = '') =>
    headersOf(
      resolveConfig({}, { OTEL_EXPORTER_OTLP_HEADERS: all, OTEL_EXPORTER_OTLP_TRACES_HEADERS: traces }),
    )

  test('are decoded, and in lower case', () => {
    assert.deepEqual(headers('Authorization=Bearer%20a%3Db%2Cc, X-Scope = tenant ,'), {
      authorization: 'Bearer a=b,c',
      'x-scope': 'tenant',
    })
  })

  test('for traces win, and the others stay', () => {
    assert.deepEqual(headers('a=1,b=2', 'B=3'), { a: '1', b: '3' })
  })

  test('keep what is not percent-encoding, equals signs and semicolons', () => {
    assert.deepEqual(headers('a=100%,b=x==;y=z'), { a: '100%', b: 'x==;y=z' })
  })

  const refused = ['a b=1', 'x=a%0D%0Ab', 'x=%E2%82%AC', 'Content-Type=text/plain', 'host=c']
  for (const text of refused) {
    test(`never hold ${text}, with a warning that hides the value`, t => {
      const lines = catchLog()
      t.after(() => catchLog('off'))
      assert.deepEqual(headers(text), {})
      assert.equal(lines.length, 1)
      assert.match(lines[0], /^warn: header ".*" for the collector cannot be sent$/)
    })
  }

  test('without an equals sign are left out, with a warning that hides the text', () => {
    const config = resolveConfig({}, { OTEL_EXPORTER_OTLP_HEADERS: 'secret,a=1' })
    assert.deepEqual(config.otlpHeaders, { a: '1' })
    assert.equal(config.problems.length, 1)
    assert.doesNotMatch(config.problems[0], /secret/)
  })
})

describe('the settings', () => {
  test('for traces win over those for all signals, without a warning', () => {
    const config = resolveConfig(
      {},
      {
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_TIMEOUT: '1',
        OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '2',
        OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      },
    )
    const { otlpTracesProtocol, otlpTracesTimeout, otlpTracesCompression, problems, otelEvents } = config
    assert.deepEqual(
      [otlpTracesProtocol, otlpTracesTimeout, otlpTracesCompression],
      ['http/protobuf', 2, 'gzip'],
    )
    assert.deepEqual([problems, otelEvents], [[], []])
  })

  test('replace grpc, with a warning that names the protocol used', () => {
    const config = resolveConfig({}, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })
    assert.equal(config.otlpTracesProtocol, 'http/protobuf')
    assert.deepEqual(config.problems, [
      "OTEL_EXPORTER_OTLP_PROTOCOL='grpc' is not one of http/protobuf, http/json; using 'http/protobuf'",
    ])
  })
})
