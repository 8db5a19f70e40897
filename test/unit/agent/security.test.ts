/** The security points of the local agent, each one a test. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { isAllowedHost } from '../../../src/agent/api/host-check'
import { redactText } from '../../../src/agent/intake/redact'
import { type Agent, startAgent } from '../../../src/agent/server'
import { pack, send, sendTraces, wireSpan } from './payloads'

let agent: Agent
let api: string
before(async () => {
  agent = await startAgent({ allowHosts: ['dev.example'] })
  api = agent.apiUrl ?? ''
})
afterEach(() => agent.clear())
after(() => agent.close())

test('listens on loopback only', async () => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find(address => address?.family === 'IPv4' && !address.internal)?.address
  for (const url of [agent.url, api]) {
    assert.equal(new URL(url).hostname, '127.0.0.1')
    if (outside === undefined) continue
    await assert.rejects(send(`http://${outside}:${new URL(url).port}`, { path: '/info' }), {
      code: 'ECONNREFUSED',
    })
  }
})

test('refuses writes of web pages to the intake', async () => {
  const origin = await sendTraces(agent.url, [[wireSpan()]], { headers: { origin: 'http://localhost:3000' } })
  assert.equal(origin.status, 403)
  const crossSite = await sendTraces(agent.url, [[wireSpan()]], {
    headers: { 'sec-fetch-site': 'cross-site' },
  })
  assert.equal(crossSite.status, 403)
  const read = await send(agent.url, { path: '/info', headers: { 'sec-fetch-site': 'cross-site' } })
  assert.equal(read.status, 403)
  assert.equal(agent.stats().store.spans, 0)
  assert.deepEqual(agent.stats().intake.refused, { 403: 3 })
})

test('answers the API under loopback names and allowed ones only', async () => {
  for (const host of [
    'localhost',
    'localhost:8127',
    'app.localhost:1',
    '127.0.0.1:9',
    '[::1]:9',
    'LOCALHOST',
    'dev.example:80',
  ]) {
    assert.equal((await send(api, { path: '/api/traces', headers: { host } })).status, 200, host)
  }
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    'evillocalhost',
    '127.0.0.1.evil.example',
    '10.0.0.1',
  ]) {
    assert.equal((await send(api, { path: '/api/traces', headers: { host } })).status, 403, host)
  }
  assert.equal(isAllowedHost(undefined, []), false)
  assert.equal(isAllowedHost('', []), false)
})

test('sends no CORS header and forbids framing', async () => {
  const { headers } = await send(api, { path: '/api/stats', headers: { origin: 'http://evil.example' } })
  assert.deepEqual(
    Object.keys(headers).filter(name => name.startsWith('access-control')),
    [],
  )
  assert.equal(headers['x-frame-options'], 'DENY')
  assert.equal(headers['content-security-policy'], "default-src 'self'")
  assert.equal(headers['x-content-type-options'], 'nosniff')
})

test('clears only by POST with the custom header', async () => {
  await sendTraces(agent.url, [[wireSpan()]])
  const path = '/api/clear'
  assert.equal((await send(api, { path })).status, 405)
  assert.equal((await send(api, { path, method: 'POST' })).status, 403)
  assert.equal(agent.stats().store.traces, 1)
  assert.equal((await send(api, { path, method: 'POST', headers: { 'x-tracer-request': '1' } })).status, 200)
  assert.equal(agent.stats().store.traces, 0)
})

test('replaces secrets in tags, headers, links, events and URLs as they arrive', async () => {
  const meta = {
    'http.request.headers.authorization': 'Bearer s3cret',
    'http.request.headers.set-cookie': 'sid=s3cret',
    db_password: 's3cret',
    accessToken: 's3cret',
    'aws.api-key': 's3cret',
    'http.url': 'https://user:s3cret@host/path?a=1&access_token=s3cret&b=2',
    'error.message': 'cannot connect to postgres://app:s3cret@db/x with password=s3cret',
    'http.useragent': 'curl',
    'cache.key': 'cart:1',
    'llm.total_tokens': '12',
  }
  const span = wireSpan({
    meta,
    resource: 'GET http://u:s3cret@h/',
    meta_struct: { http: pack({ headers: { cookie: 's3cret' }, list: ['redis://:s3cret@h'] }) },
    span_events: [
      { name: 'e', time_unix_nano: 1n, attributes: { token: { type: 0, string_value: 's3cret' } } },
    ],
    span_links: [{ trace_id: 1n, span_id: 1n, attributes: { secret: 's3cret' } }],
  })
  const headers = { authorization: 'Basic s3cret', 'dd-api-key': 's3cret', cookie: 's3cret' }
  assert.equal((await sendTraces(agent.url, [[span]], { headers })).status, 200)

  for (const path of ['/api/traces', '/api/traces/1', '/api/stats', '/api/requests']) {
    const { status, body } = await send(api, { path })
    assert.equal(status, 200)
    assert.doesNotMatch(body, /s3cret/, path)
  }
  const read = agent.trace('1')?.spans[0].meta ?? {}
  assert.equal(read['http.url'], 'https://[redacted]@host/path?a=1&access_token=[redacted]&b=2')
  assert.equal(read['http.useragent'], 'curl')
  assert.equal(read['cache.key'], 'cart:1')
  assert.equal(read['llm.total_tokens'], '12')
  assert.equal(read.db_password, '[redacted]')
})

test('leaves texts without secrets as they are', () => {
  for (const text of ['SELECT a FROM b WHERE c = 1', 'http://host/a@b', 'GET /x?page=2', 'a@b.example', '']) {
    assert.equal(redactText(text), text)
  }
  assert.equal(redactText(`token='a b' x`), 'token=[redacted] x')
})

test('opens its unix socket for this user alone, and replaces one that a dead process left', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-'))
  const socketPath = join(folder, 'apm.socket')
  const first = await startAgent({ apiPort: null, socketPath })
  try {
    assert.equal(statSync(socketPath).mode & 0o777, 0o600)
    const answer = await sendTraces(first.url, [[wireSpan()]], { socketPath })
    assert.equal(answer.status, 200)
    assert.equal(first.stats().store.spans, 1)
    await assert.rejects(startAgent({ apiPort: null, socketPath }), { code: 'EADDRINUSE' })
  } finally {
    await first.close()
    rmSync(folder, { recursive: true })
  }
})

test('marks its servers, so that a tracer in the same process leaves them alone', async () => {
  const { createServer, Server } = await import('node:http')
  const { markUntraced } = await import('../../../src/agent/untraced.js')
  const server = markUntraced(createServer())
  assert.ok(server instanceof Server)
  assert.equal((server as unknown as Record<symbol, unknown>)[Symbol.for('tracer.untraced')], true)
})
