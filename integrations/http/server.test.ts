/** The HTTP server: what a request's span says. */

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { after, afterEach, before, describe, it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { type Collector, collect, NO_PARENT } from '../../test/support/collect'
import { exchange, type Listening, listen } from '../../test/support/web-server'
import http from './index'

describe('http server', () => {
  let collector: Collector
  let server: Listening
  let handler: RequestListener

  before(async () => {
    collector = collect([http])
    server = await listen(createServer((req, res) => handler(req, res)))
  })
  afterEach(() => collector.assertEmpty())
  after(async () => {
    await server.close()
    collector.stop()
  })

  async function request(path: string, init: RequestInit = {}, handle: RequestListener = ok) {
    handler = handle
    const response = await fetch(server.url + path, init)
    await response.text()
    const [span] = await collector.take(1)
    return span
  }

  function ok(_req: IncomingMessage, res: ServerResponse): void {
    res.end('ok')
  }

  it('makes one span of a request', async () => {
    const span = await request('/users?page=2', { headers: { 'user-agent': 'test/1' } })
    assert.equal(span.name, 'web.request')
    assert.equal(span.type, 'web')
    assert.equal(span.service, 'shop')
    assert.equal(span.resource, 'GET')
    assert.equal(span.error, 0)
    assert.equal(span.parentId, NO_PARENT)
    assert.equal(span.meta['http.method'], 'GET')
    assert.equal(span.meta['http.url'], `${server.url}/users?page=2`)
    assert.equal(span.meta['http.useragent'], 'test/1')
    assert.equal(span.meta['http.status_code'], '200')
    assert.equal(span.meta['http.route'], undefined)
    assert.equal(span.meta.component, 'http')
    assert.equal(span.meta['_dd.integration'], 'http')
    assert.equal(span.meta['span.kind'], 'server')
    assert.equal(span.metrics['_dd.measured'], 1)
    assert.equal(span.metrics['_dd.top_level'], 1)
    assert.equal(span.meta['http.client_ip'], undefined)
    assert.ok(span.durationMs > 0)
  })

  it('names the method of a HEAD and of a POST request', async () => {
    const head = await request('/', { method: 'HEAD' })
    assert.equal(head.resource, 'HEAD')
    const post = await request('/', { method: 'POST', body: 'text' }, (req, res) =>
      req.resume().on('end', () => res.writeHead(201).end()),
    )
    assert.equal(post.resource, 'POST')
    assert.equal(post.meta['http.status_code'], '201')
  })

  it('answers 404 without an error, and 500 with one', async () => {
    const missing = await request('/', {}, (_req, res) => void res.writeHead(404).end())
    assert.equal(missing.error, 0)
    assert.equal(missing.meta['http.status_code'], '404')
    const failed = await request('/', {}, (_req, res) => void res.writeHead(500).end())
    assert.equal(failed.error, 1)
    assert.equal(failed.meta['error.message'], undefined)
  })

  it('hides secrets in the query and nothing else', async () => {
    const span = await request('/in?name=x&password=hunter2&page=1')
    assert.equal(span.meta['http.url'], `${server.url}/in?name=x&<redacted>&page=1`)
    const plain = await request('/password=hunter2')
    assert.equal(plain.meta['http.url'], `${server.url}/password=hunter2`)
  })

  it('tells the address of the socket where there is no Host header', async () => {
    handler = ok
    const answer = await exchange(server.port, 'GET /old HTTP/1.0\r\n\r\n')
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/)
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.url'], `http://127.0.0.1:${server.port}/old`)
  })

  it('takes the URL of a request to a proxy as it is, without its credentials', async () => {
    handler = ok
    await exchange(
      server.port,
      'GET http://user:pass@example.test/a?b=c HTTP/1.1\r\nHost: example.test\r\nConnection: close\r\n\r\n',
    )
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.url'], 'http://example.test/a?b=c')
    await exchange(server.port, 'OPTIONS * HTTP/1.1\r\nHost: example.test\r\nConnection: close\r\n\r\n')
    const [options] = await collector.take(1)
    assert.equal(options.meta['http.url'], 'http://example.test/*')
    assert.equal(options.resource, 'OPTIONS')
  })

  it("keeps the resource and the name that the application's code gave", async () => {
    const span = await request('/', {}, (_req, res) => {
      activeSpan()?.setTag('resource.name', 'GET /mine').setOperationName('my.request')
      res.end()
    })
    assert.equal(span.resource, 'GET /mine')
    assert.equal(span.name, 'my.request')
  })

  it("keeps the error that the application's code recorded", async () => {
    const span = await request('/', {}, (_req, res) => {
      activeSpan()?.setTag('error', new RangeError('too far'))
      res.writeHead(500).end()
    })
    assert.equal(span.error, 1)
    assert.equal(span.meta['error.type'], 'RangeError')
    assert.equal(span.meta['error.message'], 'too far')
  })

  it('survives a span that the application ended itself', async () => {
    handler = (_req, res) => {
      activeSpan()?.finish()
      res.end('ok')
    }
    const response = await fetch(`${server.url}/`)
    assert.equal(await response.text(), 'ok')
    const [span] = await collector.take(1)
    assert.equal(span.name, 'web.request')
    const next = await request('/next')
    assert.equal(next.meta['http.status_code'], '200')
  })

  it('adds the tags of scanners', async () => {
    const span = await request('/', { headers: { 'x-datadog-endpoint-scan': 'a-b-c' } })
    assert.equal(span.meta['http.request.headers.x-datadog-endpoint-scan'], 'a-b-c')
  })
})
