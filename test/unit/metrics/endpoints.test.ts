/** Where metrics go, by what is set. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { resolveConfig } from '../../../src/core/config/resolve'
import { endpointsOf, type MetricsEndpoint } from '../../../src/metrics/endpoints'

const APM = '/var/run/datadog/apm.socket'
const DSD = '/var/run/datadog/dsd.socket'

function endpoints(env: Record<string, string>, sockets: string[] = []) {
  const { endpoints, problem } = endpointsOf(resolveConfig({}, env), path => sockets.includes(path))
  return { endpoints: endpoints.map(text), problem }
}

function text(endpoint: MetricsEndpoint): string {
  if (endpoint.kind === 'udp') return `udp ${endpoint.host} ${endpoint.port}`
  return endpoint.kind === 'proxy' ? `proxy ${endpoint.url}` : `${endpoint.kind} ${endpoint.path}`
}

const CASES: [what: string, env: Record<string, string>, sockets: string[], expected: string[]][] = [
  ['nothing set', {}, [], ['udp 127.0.0.1 8125']],
  [
    'nothing set, with the socket of metrics',
    {},
    [DSD, APM],
    [`unixgram ${DSD}`, `unix ${DSD}`, `proxy unix://${APM}`, 'udp 127.0.0.1 8125'],
  ],
  ['nothing set, with the socket of traces', {}, [APM], [`proxy unix://${APM}`, 'udp 127.0.0.1 8125']],
  ['the host of the agent', { DD_AGENT_HOST: 'agent' }, [DSD], ['udp agent 8125']],
  ['the URL of the agent', { DD_TRACE_AGENT_URL: 'http://[fd00::1]:8126' }, [DSD], ['udp fd00::1 8125']],
  [
    'a socket as the URL of the agent',
    { DD_TRACE_AGENT_URL: 'unix:///run/apm' },
    [DSD],
    ['proxy unix:///run/apm', 'udp 127.0.0.1 8125'],
  ],
  ['a host', { DD_DOGSTATSD_HOST: 'metrics', DD_AGENT_HOST: 'agent' }, [DSD], ['udp metrics 8125']],
  ['its other name', { DD_DOGSTATSD_HOSTNAME: '::1' }, [DSD], ['udp ::1 8125']],
  ['a port', { DD_DOGSTATSD_PORT: '9125', DD_AGENT_HOST: 'agent' }, [DSD], ['udp agent 9125']],
  [
    'a URL',
    { DD_DOGSTATSD_URL: 'udp://metrics:9125', DD_DOGSTATSD_HOST: 'other' },
    [DSD],
    ['udp metrics 9125'],
  ],
  ['a URL without a port', { DD_DOGSTATSD_URL: 'udp://[::1]' }, [], ['udp ::1 8125']],
  [
    'a socket',
    { DD_DOGSTATSD_URL: 'unix:///run/dsd' },
    [],
    ['unixgram /run/dsd', 'unix /run/dsd', 'proxy http://127.0.0.1:8126', 'udp 127.0.0.1 8125'],
  ],
  [
    'a socket for datagrams',
    { DD_DOGSTATSD_URL: 'unixgram:///run/dsd' },
    [],
    ['unixgram /run/dsd', 'proxy http://127.0.0.1:8126', 'udp 127.0.0.1 8125'],
  ],
  [
    'a socket for streams',
    { DD_DOGSTATSD_URL: 'unixstream:///run/a%20b' },
    [],
    ['unix /run/a b', 'proxy http://127.0.0.1:8126', 'udp 127.0.0.1 8125'],
  ],
  ['the trace agent', { DD_DOGSTATSD_URL: 'https://agent:8126' }, [], ['proxy https://agent:8126']],
]

describe('endpoints to try', () => {
  for (const [what, env, sockets, expected] of CASES) {
    test(what, () => assert.deepEqual(endpoints(env, sockets), { endpoints: expected, problem: undefined }))
  }

  for (const url of ['\\\\.\\pipe\\dsd', 'unix://./pipe/dsd', 'pipe://dsd']) {
    test(`the named pipe ${url} is reported as unsupported`, () => {
      assert.deepEqual(endpoints({ DD_DOGSTATSD_URL: url }), {
        endpoints: ['udp 127.0.0.1 8125'],
        problem: `dogstatsd url ${url} is a named pipe: these are not supported, the default is used`,
      })
    })
  }

  for (const url of ['metrics:8125', 'udp://', 'unix://', 'tcp://a:1', 'x']) {
    test(`${url} is not an address`, () => {
      assert.match(String(endpoints({ DD_DOGSTATSD_URL: url }).problem), /is not valid, the default is used$/)
    })
  }

  test('a password is not shown', () => {
    assert.doesNotMatch(String(endpoints({ DD_DOGSTATSD_URL: 'ftp://me:secret@host' }).problem), /secret/)
  })
})
