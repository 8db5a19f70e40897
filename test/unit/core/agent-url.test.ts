/** The agent's address: how it follows from the settings, and how a URL is taken apart. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type AgentUrlSettings, parseAgentUrl, resolveAgentUrl } from '../../../src/core/agent-url'

const resolve = (settings: AgentUrlSettings, socket = false, platform: NodeJS.Platform = 'linux') =>
  resolveAgentUrl({
    platform,
    socketExists: path => socket && path === '/var/run/datadog/apm.socket',
    ...settings,
  })

describe('resolveAgentUrl', () => {
  const found: [string, AgentUrlSettings, string][] = [
    [
      'the url first',
      { url: 'https://agent.example:1234', hostname: 'other', port: 1 },
      'https://agent.example:1234',
    ],
    ['the url of a socket', { url: 'unix:///run/agent.sock' }, 'unix:///run/agent.sock'],
    ['the default', {}, 'http://127.0.0.1:8126'],
    ['a host alone', { hostname: 'agent' }, 'http://agent:8126'],
    ['a port alone', { port: 9000 }, 'http://127.0.0.1:9000'],
    ['a port that is text', { port: '9000' }, 'http://127.0.0.1:9000'],
    ['a bare IPv6 host', { hostname: '::1', port: 9000 }, 'http://[::1]:9000'],
    ['a bracketed IPv6 host', { hostname: '[fe80::1]' }, 'http://[fe80::1]:8126'],
    ['nothing for empty texts', { url: '', hostname: '' }, 'http://127.0.0.1:8126'],
  ]
  for (const [name, settings, url] of found) {
    test(`uses ${name}`, () => assert.deepEqual(resolve(settings), { url }))
  }

  test('uses the socket when it exists and neither host nor port is set, but not on Windows', () => {
    assert.deepEqual(resolve({}, true), { url: 'unix:///var/run/datadog/apm.socket' })
    assert.deepEqual(resolve({ hostname: '127.0.0.1' }, true), { url: 'http://127.0.0.1:8126' })
    assert.deepEqual(resolve({ port: 8126 }, true), { url: 'http://127.0.0.1:8126' })
    assert.deepEqual(resolve({}, true, 'win32'), { url: 'http://127.0.0.1:8126' })
  })

  for (const settings of [
    { url: 'agent:8126' },
    { url: 'ftp://agent' },
    { url: 'http://' },
    { url: 'unix://' },
    { url: 'unix:///%zz' },
    { hostname: 'two words' },
    { hostname: 'agent:1234' },
    { hostname: 'agent/path' },
    { port: 'x' },
    { port: 65536 },
  ] as AgentUrlSettings[]) {
    test(`uses the default and reports the problem for ${JSON.stringify(settings)}`, () => {
      const { url, problem } = resolve(settings)
      assert.equal(url, 'http://127.0.0.1:8126')
      assert.match(problem ?? '', /is not valid, http:\/\/127\.0\.0\.1:8126 is used$/)
    })
  }

  test('shows no password in messages', () => {
    assert.doesNotMatch(resolve({ url: 'ftp://user:secret@agent' }).problem ?? '', /secret/)
    assert.doesNotMatch(parseAgentUrl('http://user:secret@agent')?.text ?? '', /secret/)
  })
})

describe('parseAgentUrl', () => {
  test('takes HTTP apart', () => {
    assert.deepEqual(parseAgentUrl('http://agent:80/prefix/'), {
      text: 'http://agent/prefix',
      origin: 'http://agent',
      socketPath: undefined,
      basePath: '/prefix',
    })
  })

  for (const [url, path] of [
    ['unix:///run/agent.sock', '/run/agent.sock'],
    ['unix:/run/agent.sock', '/run/agent.sock'],
    ['unix://run/agent.sock', '/run/agent.sock'],
    ['unix:///run/with%20space', '/run/with space'],
    ['unix://./pipe/agent', '//./pipe/agent'],
  ]) {
    test(`finds the path of ${url}`, () => assert.equal(parseAgentUrl(url)?.socketPath, path))
  }
})
