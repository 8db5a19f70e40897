/** The global `fetch`: one span for each request, on every Node.js. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type Collector, collect } from '../../test/support/collect'
import http from '../http/index'
import undici from '../undici/index'
import fetchIntegration from './index'

describe('fetch', () => {
  let server: Server
  let url: string
  let collector: Collector
  let received: IncomingHttpHeaders[] = []

  before(async () => {
    server = createServer((req, res) => {
      received.push(req.headers)
      if (req.url === '/away') req.socket.destroy()
      else if (req.url === '/moved') res.writeHead(302, { location: '/there' }).end()
      else res.writeHead(req.url === '/missing' ? 404 : 200).end('ok')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    // The server was made before, so the integration `http` does not trace its requests here.
    collector = collect([fetchIntegration, undici, http])
  })
  after(() => {
    collector.stop()
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => {
    collector.clear()
    received = []
  })
  const sent = () => collector.own().filter(span => span.name === 'http.request')

  it('makes one span, a child of the active one, and sends its context', async () => {
    await collector.inParent(
      async () => (await fetch(`${url}/a?b=c`, { method: 'POST', body: 'x' })).text(),
      'parent',
    )
    await collector.waitFor(1)
    const [span, ...others] = sent()
    assert.deepEqual(others, [])
    const [parent] = collector.spans().filter(each => each.name === 'test.parent')
    assert.deepEqual(
      [span.resource, span.parentId, span.meta['http.url']],
      ['POST', parent.spanId, `${url}/a`],
    )
    assert.equal(span.meta.component, 'fetch')
    assert.equal(received[0].traceparent, `00-${span.traceId}-${span.spanId}-01`)
  })

  it('keeps the headers of a Request', async () => {
    const request = new Request(url, { headers: { a: '1' } })
    await (await fetch(request, { headers: { b: '2' } })).text()
    await (await fetch(new Request(url, { headers: { a: '1' } }))).text()
    assert.deepEqual(
      received.map(headers => [headers.a, headers.b, headers.traceparent !== undefined]),
      [
        [undefined, '2', true],
        ['1', undefined, true],
      ],
    )
    assert.equal(request.headers.get('traceparent'), null)
  })

  it('follows a redirect with a span for each request', async () => {
    await (await fetch(`${url}/moved`)).text()
    await collector.waitFor(2)
    assert.deepEqual(
      sent().map(span => [new URL(span.meta['http.url']).pathname, span.meta['http.status_code']]),
      [
        ['/moved', '302'],
        ['/there', '200'],
      ],
    )
  })

  it('tells statuses and failures', async () => {
    assert.equal((await fetch(`${url}/missing`)).status, 404)
    await assert.rejects(fetch(`${url}/away`), TypeError)
    await collector.waitFor(2)
    const [missing, away] = sent()
    assert.deepEqual([missing.error, missing.meta['http.status_code']], [1, '404'])
    assert.equal(away.error, 1)
    assert.ok(away.meta['error.message'])
  })

  it('is not there when it is switched off', async () => {
    collector.registry.use('fetch', false)
    await (await fetch(url)).text()
    collector.registry.use('fetch', true)
    assert.deepEqual(sent(), [])
    assert.equal(received[0].traceparent, undefined)
  })
})
