/** Requests of undici in every version that there is a set of. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import { claimOrigin, releaseOrigin } from '../../src/core/own-origins'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { type Collector, collect } from '../../test/support/collect'
import undici from './index'

interface Answer {
  statusCode: number
  body: AsyncIterable<Buffer> & { destroy(error?: Error): void }
}

interface Dispatcher {
  request(options: object): Promise<Answer>
  close(): Promise<void>
}

interface Undici {
  request(url: string, options?: object): Promise<Answer>
  Pool: new (origin: string, options?: object) => Dispatcher
  Agent: new (options?: object) => Dispatcher
  Client: new (
    origin: string,
    options?: object,
  ) => Dispatcher & { connect(options: object): Promise<{ socket: { destroy(): void } }> }
}

async function textOf({ body }: Answer): Promise<string> {
  let text = ''
  for await (const part of body) text += part
  return text
}

for (const set of librarySets('undici')) {
  describe(set.label, () => {
    let library: Undici
    let server: Server
    let url: string
    let collector: Collector
    let received: IncomingHttpHeaders[] = []

    before(async () => {
      await installLibraries([set])
      server = createServer((req, res) => {
        // A request that was given up can arrive during the next test.
        if (req.url === '/never') return
        received.push(req.headers)
        if (req.url === '/away') req.socket.destroy()
        else if (req.url === '/half') {
          res.writeHead(200, { 'content-length': 10 }).write('half')
          setImmediate(() => req.socket.destroy())
        } else res.writeHead(req.url === '/missing' ? 404 : 200, { 'x-answer': 'a' }).end('ok')
      })
      server.on('connect', (_req, socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      collector = collect([undici])
      library = set.require('undici') as Undici
    })
    after(() => {
      collector.stop()
      server.closeAllConnections()
      server.close()
    })
    beforeEach(() => {
      collector.clear()
      collector.registry.use('undici', true)
      received = []
    })

    it('has the tags of a client, without query and fragment', async () => {
      await collector.inParent(async () => textOf(await library.request(`${url}/a/b?c=d#e`)))
      const [span] = await collector.waitFor(1)
      const [parent] = collector.spans().filter(each => each.name === 'test.parent')
      const { port } = server.address() as AddressInfo
      assert.deepEqual(
        [span.name, span.service, span.resource, span.type, span.error, span.parentId],
        ['undici.request', 'shop', 'GET', 'http', 0, parent.spanId],
      )
      assert.equal(span.meta['http.url'], `${url}/a/b`)
      assert.equal(span.meta['http.method'], 'GET')
      assert.equal(span.meta['http.status_code'], '200')
      assert.equal(span.meta['out.host'], '127.0.0.1')
      assert.equal(span.metrics['network.destination.port'], port)
      assert.equal(span.meta.component, 'undici')
      assert.equal(span.meta['_dd.integration'], 'undici')
      assert.equal(span.meta['span.kind'], 'client')
    })

    it('sends its context, once, in place of headers of the application', async () => {
      const stale = '00-11111111111111111111111111111111-2222222222222222-00'
      for (const headers of [{ TraceParent: stale, a: '1' }, ['traceparent', stale, 'a', '1']]) {
        await textOf(await library.request(url, { headers }))
      }
      const spans = await collector.waitFor(2)
      for (const [index, span] of spans.entries()) {
        assert.equal(received[index].traceparent, `00-${span.traceId}-${span.spanId}-01`)
        assert.equal(received[index]['x-datadog-parent-id'], String(BigInt(`0x${span.spanId}`)))
        assert.equal(received[index].a, '1')
      }
    })

    it('leaves the headers of the application as they are', async () => {
      const headers = Object.freeze({ traceparent: 'mine' })
      await textOf(await library.request(url, { headers }))
      assert.deepEqual(headers, { traceparent: 'mine' })
    })

    it('belongs to its caller also when a busy pool sends it later', async () => {
      const pool = new library.Pool(url, { connections: 1, pipelining: 1 })
      const parents = await Promise.all(
        [1, 2, 3].map(number =>
          collector.inParent(async parent => {
            await textOf(await pool.request({ path: `/a?${number}`, method: 'GET' }))
            return parent.toSpanId(true)
          }),
        ),
      )
      await pool.close()
      const spans = await collector.waitFor(3)
      assert.deepEqual(spans.map(span => span.parentId).sort(), parents.sort())
    })

    it('tells statuses and failures, and nothing of what was given up', async () => {
      await textOf(await library.request(`${url}/missing`))
      await assert.rejects(library.request(`${url}/away`))
      await assert.rejects(async () => textOf(await library.request(`${url}/half`)))
      const abort = new AbortController()
      const given = library.request(`${url}/never`, { signal: abort.signal })
      setImmediate(() => abort.abort())
      await assert.rejects(given)
      const [missing, away, half, aborted] = await collector.waitFor(4)
      assert.deepEqual([missing.error, missing.meta['http.status_code']], [1, '404'])
      assert.equal(missing.meta['error.message'], undefined)
      assert.equal(away.error, 1)
      assert.match(away.meta['error.message'], /other side closed|socket/i)
      assert.equal(half.error, 1)
      assert.equal(aborted.error, 0)
    })

    it('follows use()', async () => {
      const seen: string[] = []
      collector.registry.use('undici', {
        service: 'elsewhere',
        headers: ['x-answer', 'x-question:asked'],
        validateStatus: (status: number) => status !== 200,
        blocklist: [/hidden/],
        propagationBlocklist: [/quiet/],
        hooks: { request: (span: { resource: string }) => seen.push(span.resource) },
      })
      await textOf(await library.request(`${url}/a`, { headers: { 'x-question': 'q' } }))
      await textOf(await library.request(`${url}/quiet`))
      await textOf(await library.request(`${url}/hidden`))
      const spans = await collector.waitFor(2)
      assert.deepEqual(
        spans.map(span => [span.service, span.error, new URL(span.meta['http.url']).pathname]),
        [
          ['elsewhere', 1, '/a'],
          ['elsewhere', 1, '/quiet'],
        ],
      )
      assert.equal(spans[0].meta.asked, 'q')
      assert.equal(spans[0].meta['http.response.headers.x-answer'], 'a')
      assert.deepEqual(
        received.map(headers => headers.traceparent !== undefined),
        [true, false, false],
      )
      assert.deepEqual(seen, ['GET', 'GET'])
    })

    it('is not there when it is switched off, nor for the tracer itself', async () => {
      collector.registry.use('undici', false)
      await textOf(await library.request(url))
      collector.registry.use('undici', true)
      claimOrigin(url)
      await textOf(await library.request(url))
      releaseOrigin(url)
      assert.deepEqual(collector.own(), [])
      assert.deepEqual(
        received.map(headers => headers.traceparent),
        [undefined, undefined],
      )
    })

    it('names the service after the host when it is asked to', async () => {
      collector.registry.use('undici', { splitByDomain: true })
      await textOf(await library.request(url))
      const [span] = await collector.waitFor(1)
      assert.equal(span.service, new URL(url).host)
      assert.equal(span.meta['_dd.svc_src'], 'opt.split_by_domain')
    })
  })
}
