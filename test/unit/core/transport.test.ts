/** HTTP to the agent over real sockets, and that it never keeps a process alive. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { MAX_BODY } from '../../../src/core/exchange'
import { isOwnOrigin } from '../../../src/core/own-origins'
import { errorCode, Transport } from '../../../src/core/transport'
import { type FakeAgent, type FakeAgentOptions, infoAnswer, startFakeAgent } from '../../support/fake-agent'
import { type Ended, runNode } from '../../support/programs'

const folder = mkdtempSync(join(tmpdir(), 'transport-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Makes a transport to an agent; both end with the test. */
async function connected(
  t: { after(fn: () => unknown): void },
  options?: FakeAgentOptions,
): Promise<{ agent: FakeAgent; transport: Transport }> {
  const agent = await startFakeAgent(options)
  const transport = new Transport(agent.url)
  t.after(async () => {
    transport.close()
    await agent.stop()
  })
  return { agent, transport }
}

/** Runs `script` in a process of its own; `load('src/…')` is a module of the compiled tree. */
function runScript(script: string, env: Record<string, string> = {}, flags: string[] = []): Promise<Ended> {
  const root = JSON.stringify(join(__dirname, '../../..'))
  const load = `const load = path => require(require('node:path').join(${root}, path));`
  return runNode([...flags, '-e', load + script], env)
}

const put = { method: 'PUT', path: '/v0.4/traces', body: Buffer.from('payload') } as const
const failure = (request: Promise<unknown>): Promise<string> => request.then(() => 'none', errorCode)

describe('Transport', () => {
  test('sends method, path, headers and body, and gives back status, headers and body', async t => {
    const { agent, transport } = await connected(t, {
      answer: () => ({ status: 418, body: 'täxt', headers: { 'X-Some': 'value' } }),
    })
    const response = await transport.request({ ...put, headers: { 'X-Test': 'yes' } })
    const [{ method, path, headers, body }] = agent.payloads
    assert.deepEqual([method, path, String(body)], ['PUT', '/v0.4/traces', 'payload'])
    assert.equal(headers['x-test'], 'yes')
    assert.equal(headers['content-length'], '7')
    assert.equal(response.status, 418)
    assert.equal(response.headers['x-some'], 'value')
    assert.equal(response.body, 'täxt')
  })

  test('uses one connection for all requests, one at a time', async t => {
    const { agent, transport } = await connected(t)
    await Promise.all([transport.request(put), transport.request(put), transport.request(put)])
    assert.equal(agent.payloads.length, 3)
    assert.equal(agent.connections, 1)
  })

  test('keeps the path of the url in front', async t => {
    const { agent, transport } = await connected(t)
    transport.setUrl(`${agent.url}/prefix/`)
    await transport.request(put)
    assert.equal(agent.payloads[0].path, '/prefix/v0.4/traces')
  })

  test('reads an endless answer up to a limit, and works for the next request', async t => {
    const { agent, transport } = await connected(t, {
      answer: (_, index) => (index === 0 ? 'endless' : { status: 200 }),
    })
    const { status, body } = await transport.request(put)
    assert.equal(status, 200)
    assert.equal(body.length, MAX_BODY)
    assert.equal((await transport.request(put)).status, 200)
    assert.equal(agent.connections, 2)
  })

  for (const [answer, codes] of [
    ['hang', ['ETIMEDOUT']],
    ['reset', ['ECONNRESET', 'UND_ERR_SOCKET']],
    ['garbage', ['HTTPParserError']],
  ] as const) {
    test(`fails with a code when the agent does this: ${answer}; the next request works`, async t => {
      const { transport } = await connected(t, {
        answer: (_, index) => (index === 0 ? answer : { status: 200 }),
      })
      const code = await failure(transport.request({ ...put, timeoutMs: answer === 'hang' ? 50 : 5000 }))
      assert.ok((codes as readonly string[]).includes(code), code)
      assert.equal((await transport.request(put)).status, 200)
    })
  }

  test('fails with a code when no agent listens, and recovers when one does', async t => {
    const { agent, transport } = await connected(t)
    await agent.stop()
    assert.equal(await failure(transport.request(put)), 'ECONNREFUSED')
    await agent.start()
    assert.equal((await transport.request(put)).status, 200)
  })

  test('reaches an agent on a socket file, and says ENOENT without one', async t => {
    const path = join(folder, 'agent with space.sock')
    const { agent, transport } = await connected(t, { listen: { path } })
    assert.equal((await transport.request(put)).status, 200)
    assert.equal(agent.payloads[0].headers.host, 'localhost')
    transport.setUrl(`unix://${join(folder, 'nobody.sock')}`)
    assert.equal(await failure(transport.request(put)), 'ENOENT')
  })

  test('reaches an agent on IPv6', async t => {
    const options = { listen: { port: 0, host: '::1' } }
    const isMissing = await startFakeAgent(options)
      .then(agent => agent.stop())
      .then(
        () => false,
        () => true,
      )
    if (isMissing) return t.skip('this machine has no ::1')
    const { agent, transport } = await connected(t, options)
    assert.match(transport.url, /^http:\/\/\[::1\]:\d+$/)
    assert.equal((await transport.request(put)).status, 200)
    assert.equal(agent.payloads.length, 1)
  })

  test('reaches an agent over https when its certificate is trusted, and not otherwise', async t => {
    const key = join(folder, 'key.pem')
    const cert = join(folder, 'cert.pem')
    try {
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
      const files = ['-keyout', key, '-out', cert]
      execFileSync(
        'openssl',
        ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...subject],
        {
          stdio: 'ignore',
        },
      )
    } catch {
      return t.skip('openssl is not installed')
    }
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
      request.resume().on('end', () => response.end('secure'))
    })
    t.after(() => server.close())
    server.listen(0)
    await once(server, 'listening')
    const url = `https://localhost:${(server.address() as AddressInfo).port}`
    const script = `const { Transport, errorCode } = load('src/core/transport')
      const held = setInterval(() => {}, 1000)
      new Transport(${JSON.stringify(url)}).request({ method: 'GET', path: '/info' })
        .then(({ body }) => console.log(body), error => console.log(errorCode(error)))
        .finally(() => clearInterval(held))`
    assert.equal((await runScript(script, { NODE_EXTRA_CA_CERTS: cert })).stdout, 'secure\n')
    assert.equal((await runScript(script)).stdout, 'DEPTH_ZERO_SELF_SIGNED_CERT\n')
  })

  test('sends to another agent after setUrl, while a request under way ends where it began', async t => {
    const { agent: first, transport } = await connected(t)
    const second = await startFakeAgent({ answer: () => infoAnswer({ from: 2 }) })
    t.after(() => second.stop())
    const underWay = transport.request(put)
    assert.equal(transport.setUrl(second.url), true)
    const next = transport.request(put)
    assert.equal((await underWay).status, 200)
    assert.equal((await next).body, '{"from":2}')
    assert.equal(first.payloads.length, 1)
    assert.equal(transport.setUrl('not a url'), false)
    assert.equal(transport.url, second.url)
  })

  test('marks its own origins while it uses them', async t => {
    const { agent, transport } = await connected(t)
    const origins: string[] = []
    const listener = (message: unknown): void => {
      origins.push((message as { request: { origin: string } }).request.origin)
    }
    subscribe('undici:request:create', listener)
    t.after(() => unsubscribe('undici:request:create', listener))
    await transport.request(put)
    assert.equal(origins.length, 1)
    assert.equal(isOwnOrigin(origins[0]), true)
    assert.equal(isOwnOrigin('http://localhost:80'), false)
    const other = new Transport(agent.url)
    transport.close()
    assert.equal(isOwnOrigin(origins[0]), true)
    other.close()
    other.close()
    assert.equal(isOwnOrigin(origins[0]), false)
  })

  test('fails after close', async t => {
    const { transport } = await connected(t, { answer: () => 'hang' })
    const underWay = failure(transport.request(put))
    transport.close()
    assert.notEqual(await underWay, 'none')
    assert.equal(await failure(transport.request(put)), 'ECLOSED')
  })

  test('sends an API key in clear text to this machine only', async t => {
    const keys: boolean[] = []
    const listener = (message: unknown): void => {
      keys.push((message as { request: { headers: string[] } }).request.headers.includes('secret'))
    }
    subscribe('undici:request:create', listener)
    t.after(() => unsubscribe('undici:request:create', listener))
    const urls = [
      'http://127.0.0.1:1',
      'unix:///nobody',
      'https://192.0.2.1',
      'http://192.0.2.1',
      'http://agent.invalid',
    ]
    for (const url of urls) {
      const transport = new Transport(url)
      const request = transport.request({ ...put, headers: { 'DD-API-KEY': 'secret' } }).catch(() => {})
      transport.close()
      await request
    }
    assert.deepEqual(keys, [true, true, true, false, false])
  })
})

describe('a process without further work', () => {
  const begin = (url: string, size: number) => `
    const { Transport } = load('src/core/transport')
    const transport = new Transport(${JSON.stringify(url)})
    const request = transport.request({ method: 'PUT', path: '/v0.4/traces', body: Buffer.alloc(${size}), timeoutMs: 600000 })`

  test('is not held by an idle connection', async t => {
    const { agent } = await connected(t)
    const script = `${begin(agent.url, 10)}
      const held = setInterval(() => {}, 1000)
      request.then(({ status }) => { console.log(status); clearInterval(held) })`
    const { code, stdout, stderr } = await runScript(script)
    assert.deepEqual([code, stdout, stderr], [0, '200\n', ''])
  })

  test('is not held by an agent that does not answer, on a connection that was used before', async t => {
    const { agent } = await connected(t, { answer: (_, index) => (index === 0 ? { status: 200 } : 'hang') })
    const script = `${begin(agent.url, 10)}
      const held = setInterval(() => {}, 1000)
      request.then(async ({ status }) => {
        console.log(status)
        await new Promise(setImmediate)
        transport.request({ method: 'PUT', path: '/v0.4/traces', body: 'x', timeoutMs: 600000 }).catch(() => {})
        setImmediate(() => clearInterval(held))
      })`
    const { code, stdout, stderr } = await runScript(script)
    assert.deepEqual([code, stdout, stderr], [0, '200\n', ''])
  })

  for (const listen of [{ port: 0, host: '127.0.0.1' }, { path: join(folder, 'stopped.sock') }]) {
    test(`is not held by an agent that does not read, over ${'path' in listen ? 'a socket file' : 'TCP'}`, async t => {
      const server = createTcpServer({ pauseOnConnect: true }).listen(listen)
      t.after(() => server.close())
      await once(server, 'listening')
      const address = server.address() as AddressInfo | string
      const url = typeof address === 'string' ? `unix://${address}` : `http://127.0.0.1:${address.port}`
      // More than any socket buffer: the write itself would hold the process.
      const script = `${begin(url, 16 * 1024 * 1024)}\nrequest.catch(error => console.log(error.code))`
      const { code, stdout } = await runScript(script)
      assert.deepEqual([code, stdout], [0, 'ETIMEDOUT\n'])
    })
  }

  test('is not held by a client that was only warmed up', async () => {
    const script = `const { Transport } = load('src/core/transport')
      new Transport('http://127.0.0.1:1').warm()
      console.log(Object.keys(require.cache).some(path => path.includes('undici')))`
    assert.deepEqual(await runScript(script), { code: 0, signal: null, stdout: 'true\n', stderr: '' })
  })

  test('loads no client before there is something to send', async () => {
    const script = `const { Transport } = load('src/core/transport')
      new Transport('http://127.0.0.1:1')
      console.log(Object.keys(require.cache).some(path => path.includes('undici')))`
    assert.equal((await runScript(script)).stdout, 'false\n')
  })
})

test('a connection made during a request of the application does not keep its context alive', async t => {
  const { agent } = await connected(t)
  const script = `
    const { AsyncLocalStorage } = require('node:async_hooks')
    const { Transport } = load('src/core/transport')
    const storage = new AsyncLocalStorage()
    const transport = new Transport(${JSON.stringify(agent.url)})
    const held = setInterval(() => {}, 1000)
    async function main() {
      let reference
      await storage.run({}, () => {
        reference = new WeakRef(storage.getStore())
        return transport.request({ method: 'PUT', path: '/v0.4/traces', body: 'x' })
      })
      for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
      gc()
      console.log(reference.deref() === undefined)
      clearInterval(held)
    }
    main()`
  const { stdout, stderr } = await runScript(script, {}, ['--expose-gc'])
  assert.deepEqual([stdout, stderr], ['true\n', ''])
})
