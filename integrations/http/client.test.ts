/** The HTTP client: every form of a request has a span and carries its headers. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as nodeHttp from 'node:http'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { urlToHttpOptions } from 'node:url'
import { answerOf } from '../../test/support/calls'
import { type Collector, collect, decimalId, NO_PARENT } from '../../test/support/collect'
import { temporaryFolder } from '../../test/support/temporary'
import { type Listening, listen } from '../../test/support/web-server'
import http from './index'

const PARENT = '99-app'

describe('http client', () => {
  let collector: Collector
  let server: Listening
  /** Raw headers of the last request, by lower-case name. */
  let received: Map<string, string[]>
  let line: string

  before(async () => {
    collector = collect([http])
    collector.registry.use('http', { server: false })
    server = await listen(
      nodeHttp.createServer((req, res) => {
        received = new Map()
        for (let at = 0; at < req.rawHeaders.length; at += 2) {
          const name = req.rawHeaders[at].toLowerCase()
          received.set(name, [...(received.get(name) ?? []), req.rawHeaders[at + 1]])
        }
        line = `${req.method} ${req.url}`
        req.resume().on('end', () => res.end('answer'))
      }),
    )
  })
  afterEach(() => {
    collector.assertEmpty()
    collector.registry.use('http', { server: false })
  })
  after(async () => {
    await server.close()
    collector.stop()
  })

  /** Sends a request and checks what every request must have. */
  async function checked(
    send: () => nodeHttp.ClientRequest,
    expected: { method?: string; path?: string } = {},
  ) {
    const { method = 'GET', path = '/a' } = expected
    const { text } = await collector.inParent(() => answerOf(send()))
    assert.equal(text, 'answer')
    const [caller, span] = await collector.take(2)
    assert.equal(caller.name, 'test.parent')
    assert.equal(span.name, 'http.request')
    assert.equal(span.resource, method)
    assert.equal(span.type, 'http')
    assert.equal(span.service, 'shop')
    assert.equal(span.error, 0)
    assert.equal(span.traceId, caller.traceId)
    assert.equal(span.parentId, caller.spanId)
    assert.equal(span.meta.component, 'http')
    assert.equal(span.meta['span.kind'], 'client')
    assert.equal(span.meta['_dd.integration'], 'http')
    assert.equal(span.meta['http.method'], method)
    assert.equal(span.meta['http.status_code'], '200')
    assert.equal(span.meta['http.url'], server.url + path.split('?')[0])
    assert.equal(span.meta['out.host'], '127.0.0.1')
    assert.equal(span.metrics['network.destination.port'], server.port)
    assert.equal(line, `${method} ${path}`)
    assert.deepEqual(received.get('x-datadog-trace-id'), [decimalId(caller.traceId)])
    assert.deepEqual(received.get('x-datadog-parent-id'), [decimalId(span.spanId)])
    const parents = received.get('traceparent') ?? []
    assert.equal(parents.length, 1)
    assert.match(parents[0], new RegExp(`-${span.spanId}-01$`))
    assert.equal(received.get('tracestate')?.length, 1)
    return span
  }

  const check = async (...args: Parameters<typeof checked>): Promise<void> => void (await checked(...args))
  const options = (): nodeHttp.RequestOptions => ({ host: '127.0.0.1', port: server.port, path: '/a' })

  it('takes a text', () => check(() => nodeHttp.get(`${server.url}/a`)))
  it('takes a text with a query', () =>
    check(() => nodeHttp.get(`${server.url}/a?token=secret`), { path: '/a?token=secret' }))
  it('takes a text and options', () =>
    check(() => nodeHttp.request(`${server.url}/a`, { method: 'DELETE' }).end(), { method: 'DELETE' }))
  it('takes a URL', () => check(() => nodeHttp.get(new URL('/a#part', server.url))))
  it('takes a URL and options that overrule it', () =>
    check(() => nodeHttp.get(new URL('http://127.0.0.1:1/x'), options())))
  it('takes a URL-like object of another class', () => {
    const { href, protocol, hostname, port, pathname } = new URL(`${server.url}/a`)
    const like = { href, protocol, hostname, port, pathname, search: '', hash: '' }
    return check(() => nodeHttp.get(like as URL))
  })
  it('takes options', () => check(() => nodeHttp.get(options())))
  it('takes options with the port as text', () =>
    check(() => nodeHttp.get({ ...options(), port: String(server.port) })))
  it('takes the options of urlToHttpOptions', () =>
    check(() => nodeHttp.get(urlToHttpOptions(new URL(`${server.url}/a`)))))
  it('takes options without a prototype', () =>
    check(() => nodeHttp.get(Object.assign(Object.create(null), options()))))
  it('takes a callback in each place', async () => {
    let calls = 0
    const count = () => void calls++
    await check(() => nodeHttp.get(`${server.url}/a`, count))
    await check(() => nodeHttp.get(new URL(`${server.url}/a`), count))
    await check(() => nodeHttp.get(options(), count))
    await check(() => nodeHttp.get(`${server.url}/a`, { method: 'GET' }, count))
    await check(() => nodeHttp.get(`${server.url}/a`, undefined as never, count))
    assert.equal(calls, 5)
  })
  it('sends a body', () =>
    check(() => nodeHttp.request({ ...options(), method: 'post' }).end('body'), { method: 'POST' }))
  it('sends a body in parts', () =>
    check(
      () => {
        const req = nodeHttp.request({ ...options(), method: 'PUT' })
        req.write('one')
        setImmediate(() => req.end('two'))
        return req
      },
      { method: 'PUT' },
    ))
  it('sends the head before the body', () =>
    check(
      () => {
        const req = nodeHttp.request({ ...options(), method: 'PUT' })
        req.flushHeaders()
        setImmediate(() => req.end('two'))
        return req
      },
      { method: 'PUT' },
    ))
  it('works without an agent', () => check(() => nodeHttp.get({ ...options(), agent: false })))
  it('works with an agent of the application', async () => {
    const agent = new nodeHttp.Agent({ keepAlive: true })
    await check(() => nodeHttp.get({ ...options(), agent }))
    await check(() => nodeHttp.get({ ...options(), agent }))
    agent.destroy()
  })
  it('takes the port of the agent', async () => {
    const agent = Object.assign(new nodeHttp.Agent(), { defaultPort: server.port })
    await check(() => nodeHttp.get({ host: '127.0.0.1', path: '/a', agent }))
  })
  it('sends credentials as they were given, and tags none', async () => {
    const span = await checked(() => nodeHttp.get(`http://us%40er:pa%3Ass@127.0.0.1:${server.port}/a`))
    assert.deepEqual(received.get('authorization'), [`Basic ${btoa('us@er:pa:ss')}`])
    assert.ok(!JSON.stringify(span.meta).includes('pa'.concat('%3A')))
    await check(() => nodeHttp.get({ ...options(), auth: 'us@er:pa:ss' }))
    assert.deepEqual(received.get('authorization'), [`Basic ${btoa('us@er:pa:ss')}`])
  })

  it('takes headers as an object and leaves that alone', async () => {
    const headers = Object.freeze({ 'X-App': 'one', traceparent: PARENT, 'X-Datadog-Trace-Id': '1' })
    await check(() => nodeHttp.get({ ...options(), headers }))
    assert.deepEqual(received.get('x-app'), ['one'])
    assert.deepEqual(Object.keys(headers), ['X-App', 'traceparent', 'X-Datadog-Trace-Id'])
  })
  it('takes headers as a flat list', async () => {
    const headers = ['Host', 'a', 'X-App', 'one', 'TraceParent', PARENT]
    await check(() => nodeHttp.get({ ...options(), headers: headers as never }))
    assert.deepEqual(received.get('x-app'), ['one'])
    assert.deepEqual(headers, ['Host', 'a', 'X-App', 'one', 'TraceParent', PARENT])
  })
  it('takes headers as a list of pairs', async () => {
    const headers = [
      ['Host', 'a'],
      ['X-App', 'one'],
      ['X-App', 'two'],
      ['traceparent', PARENT],
    ]
    await check(() => nodeHttp.get(`${server.url}/a`, { headers: headers as never }))
    assert.deepEqual(received.get('x-app'), ['one', 'two'])
    assert.equal(headers.length, 4)
  })
  it('takes an empty list of headers', () =>
    check(() => nodeHttp.get({ ...options(), headers: ['Host', 'a'] as never })))
  it('takes an expectation', async () => {
    const headers = { Expect: '100-continue', traceparent: PARENT }
    await check(
      () => {
        const req = nodeHttp.request({ ...options(), method: 'PUT', headers })
        req.on('continue', () => req.end('body'))
        return req
      },
      { method: 'PUT' },
    )
    assert.deepEqual(received.get('expect'), ['100-continue'])
    assert.equal(headers.traceparent, PARENT)
  })

  it('lets the application set headers afterwards', async () => {
    await check(() => {
      const req = nodeHttp.request(options())
      req.setHeader('x-late', 'yes')
      return req.end()
    })
    assert.deepEqual(received.get('x-late'), ['yes'])
  })

  it('starts a trace where there is none', async () => {
    await answerOf(nodeHttp.get(`${server.url}/a`))
    const [span] = await collector.take(1)
    assert.equal(span.parentId, NO_PARENT)
    assert.deepEqual(received.get('x-datadog-trace-id'), [decimalId(span.traceId)])
  })

  it('reaches IPv6 hosts', async t => {
    const web = nodeHttp.createServer((_req, res) => res.end('answer'))
    web.listen(0, '::1')
    try {
      await once(web, 'listening')
    } catch {
      t.skip('no IPv6 here')
      return
    }
    const { port } = web.address() as { port: number }
    for (const send of [
      () => nodeHttp.get(`http://[::1]:${port}/a`),
      () => nodeHttp.get(new URL(`http://[::1]:${port}/a`)),
      () => nodeHttp.get({ host: '::1', port, path: '/a' }),
      () => nodeHttp.get({ host: '::1', port, path: '/a', headers: ['Host', 'a'] as never }),
    ]) {
      await answerOf(send())
      const [span] = await collector.take(1)
      assert.equal(span.meta['http.url'], `http://[::1]:${port}/a`)
      assert.equal(span.meta['out.host'], '::1')
    }
    web.closeAllConnections()
    web.close()
  })

  it('reaches Unix sockets', async () => {
    const socketPath = join(temporaryFolder('tracer-socket-'), 's')
    const web = nodeHttp.createServer((_req, res) => res.end('answer')).listen(socketPath)
    await once(web, 'listening')
    await answerOf(nodeHttp.get({ socketPath, path: '/a' }))
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.url'], 'http://localhost/a')
    assert.equal(span.metrics['network.destination.port'], undefined)
    web.closeAllConnections()
    web.close()
  })

  it('names the target of a request through a proxy', async () => {
    await answerOf(nodeHttp.get({ ...options(), path: 'http://u:p@example.test/a?b' }))
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.url'], 'http://example.test/a')
    assert.equal(span.meta['out.host'], '127.0.0.1')
    assert.equal(line, 'GET http://u:p@example.test/a?b')
  })
})
