/** Contract of the clients of Elasticsearch and OpenSearch, against a stub of both servers. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { before, describe, type TestContext, test } from 'node:test'
import http from '../../integrations/http/index'
import undici from '../../integrations/undici/index'
import type { Integration } from '../../src/patch/types'
import { activeSpan } from '../../src/trace/context'
import { installLibraries } from '../libraries/install'
import { librarySets } from '../libraries/sets'
import { type CollectOptions, type Collector, collect, type PlainSpan } from '../support/collect'

// biome-ignore lint/suspicious/noExplicitAny: the types of the clients are not installed
type Loose = any

const FOUND = {
  took: 1,
  timed_out: false,
  hits: { total: { value: 1 }, hits: [{ _id: '1', _source: { a: 1 } }] },
}
const ABOUT = {
  name: 'node',
  cluster_name: 'test',
  version: { number: '7.17.14', build_flavor: 'default', build_type: 'docker' },
  tagline: 'You Know, for Search',
}

/** Status and text for a path; none: no answer at all. */
function answerTo(path: string): [status: number, text: string] | undefined {
  if (path === '/') return [200, JSON.stringify(ABOUT)]
  if (path.startsWith('/missing')) {
    return [404, '{"error":{"type":"index_not_found_exception","reason":"no such index"},"status":404}']
  }
  if (path.startsWith('/failing'))
    return [500, '{"error":{"type":"exception","reason":"on fire"},"status":500}']
  if (path.startsWith('/malformed')) return [200, '{"hits":']
  if (path.startsWith('/silent')) return undefined
  if (path.startsWith('/_bulk')) return [200, '{"took":1,"errors":false,"items":[]}']
  return [200, JSON.stringify(FOUND)]
}

interface Stub {
  url: string
  server: Server
  /** Method, path and body of all requests. */
  wire: [method: string, path: string, body: string][]
  close(): Promise<void>
}

async function startStub(): Promise<Stub> {
  const wire: Stub['wire'] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      wire.push([request.method ?? '', request.url ?? '', body])
      const answer = answerTo(request.url ?? '')
      if (answer === undefined) return
      response.setHeader('x-elastic-product', 'Elasticsearch')
      response.setHeader('content-type', 'application/json')
      response.writeHead(answer[0]).end(answer[1])
    })
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    wire,
    async close() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

interface Place {
  collector: Collector
  client: Loose
  stub: Stub
  /** Searches as the version of the client wants it. */
  search: (index: string, query: object, options?: object) => Loose
}

/** All that is the same for both; `system` is the name of the integration too. */
export function elasticTests(system: string, packageName: string, integration: Integration): void {
  const only = (collector: Collector) => collector.own().filter(span => span.name === `${system}.query`)
  /** Waits for the HTTP requests beneath too, with which they are sent. */
  const first = async (collector: Collector, count = 1) => {
    while (only(collector).length < count) await collector.waitFor(collector.own().length + 1)
    return only(collector)[0]
  }
  for (const set of librarySets(system)) {
    const major = Number.parseInt(set.versions[packageName], 10)
    const isOld = system === 'opensearch' || major < 8
    const transportOf = isOld ? packageName : '@elastic/transport'

    const setUp = async (t: TestContext, options: CollectOptions = {}): Promise<Place> => {
      const collector = collect([integration, http, undici], options)
      const stub = await startStub()
      const { Client } = set.require(packageName) as Loose
      const client = new Client({ node: stub.url, maxRetries: 0, requestTimeout: 5000 })
      t.after(async () => {
        collector.stop()
        await client.close()
        await stub.close()
      })
      // Some versions first ask whom they talk to.
      await client.search({ index: 'first' })
      await first(collector)
      collector.clear()
      stub.wire.length = 0
      const search: Place['search'] = (index, query, more) =>
        client.search(isOld ? { index, body: { query } } : { index, query }, ...(more ? [more] : []))
      return { collector, client, stub, search }
    }

    describe(set.label, () => {
      before(() => installLibraries([set]))

      test('a request makes a span with all its tags, and the HTTP request is its child', async t => {
        const { collector, search, stub } = await setUp(t)
        const result = await collector.inParent(async parent => {
          const found = await search('users-2024', { match: { a: 1 } })
          assert.equal(activeSpan(), parent)
          return found
        })
        assert.deepEqual(isOld ? result.body : result, FOUND)
        const span = await first(collector)
        const parent = collector.spans().find(each => each.name === 'test.parent')
        const [[method, path, body]] = stub.wire
        assert.equal(stub.wire.length, 1)
        assert.equal(span.parentId, parent?.spanId)
        assert.equal(span.service, `shop-${system}`)
        assert.equal(span.type, system)
        assert.equal(span.resource, `${method} /users-?/_search`)
        assert.equal(span.error, 0)
        const { meta } = span
        assert.equal(meta.component, system)
        assert.equal(meta['span.kind'], 'client')
        assert.equal(meta['_dd.integration'], system)
        assert.equal(meta['_dd.svc_src'], system)
        assert.equal(meta['db.type'], system)
        assert.equal(meta[`${system}.url`], path)
        assert.equal(meta[`${system}.method`], method)
        assert.equal(meta[`${system}.body`], body)
        assert.equal(span.metrics['_dd.measured'], 1)
        const beneath = collector.own().filter(each => /^(http|undici)\.request$/.test(each.name))
        assert.equal(beneath.length, 1)
        assert.equal(beneath[0].parentId, span.spanId)
      })

      test('parameters and bulk bodies are told, large ones in part', async t => {
        const { collector, client, stub } = await setUp(t)
        const lines = [{ index: { _index: 'users' } }, { a: 'x'.repeat(50_000) }]
        const params = isOld ? { refresh: true, body: lines } : { refresh: true, operations: lines }
        await client.bulk(params)
        const { meta } = await first(collector)
        assert.equal(JSON.parse(meta[`${system}.params`]).refresh, true)
        assert.ok(meta[`${system}.body`].startsWith('[{"index":{"_index":"users"}},{"a":"xxxx'))
        assert.ok(meta[`${system}.body`].length < 10_100)
        assert.ok(stub.wire[0][2].length > 50_000)
        assert.deepEqual(lines[0], { index: { _index: 'users' } })
      })

      test('what the server refuses is an error, the same as without us', async t => {
        const { collector, search } = await setUp(t)
        for (const index of ['missing', 'failing', 'malformed']) {
          collector.clear()
          const error = await search(index, { match_all: {} }).then(assert.fail, (reason: unknown) => reason)
          const span = await first(collector)
          assert.equal(span.error, 1)
          assert.equal(span.meta['error.type'], error.name)
          assert.equal(span.meta['error.message'], error.message)
          assert.ok(span.meta['error.stack'].includes(error.name))
        }
        collector.clear()
        await search('missing', { match_all: {} }, { ignore: [404] })
        assert.equal((await first(collector)).error, 0)
      })

      test('timeouts and servers that are gone end the span with the error', async t => {
        const { collector, search, stub } = await setUp(t)
        const late = await search('silent', { match_all: {} }, { requestTimeout: 30 }).then(
          assert.fail,
          (reason: unknown) => reason,
        )
        assert.equal((await first(collector)).meta['error.type'], late.name)
        assert.equal(late.name, 'TimeoutError')
        collector.clear()
        await stub.close()
        const gone = await search('users', { match_all: {} }).then(assert.fail, (reason: unknown) => reason)
        const span = await first(collector)
        assert.equal(span.meta['error.type'], gone.name)
        assert.equal(span.meta['error.message'], gone.message)
      })

      test('requests at once do not mix', async t => {
        const { collector, search } = await setUp(t)
        await Promise.all(
          ['one', 'two', 'three', 'four'].map(name =>
            collector.inParent(async parent => {
              await search(name, {})
              assert.equal(activeSpan(), parent)
            }, name),
          ),
        )
        await first(collector, 4)
        assert.equal(only(collector).length, 4)
        for (const span of only(collector)) {
          const parent = collector.spans().find(each => each.spanId === span.parentId)
          assert.ok(span.resource.endsWith(` /${parent?.resource}/_search`))
        }
      })

      test('a hook sees the span and the parameters, and options change the service', async t => {
        const seen: unknown[] = []
        const query = (span: Loose, params: Loose) => {
          span.setTag('mine', 'yes')
          seen.push(params.path)
          throw new Error('of the application')
        }
        const { collector, search } = await setUp(t, {
          use: { [system]: { service: 'mine', hooks: { query } } },
        })
        seen.length = 0
        await search('users', {})
        assert.deepEqual(seen, ['/users/_search'])
        const span = await first(collector)
        assert.equal(span.meta.mine, 'yes')
        assert.equal(span.service, 'mine')
      })

      test('switched off it is silent, and stopped it is gone', async t => {
        const { prototype } = (set.require(transportOf) as Loose).Transport
        const { request } = prototype
        const { collector, search } = await setUp(t)
        assert.notEqual(prototype.request, request)
        assert.deepEqual([prototype.request.name, prototype.request.length], [request.name, request.length])
        collector.registry.use(system, false)
        await search('users', {})
        assert.deepEqual(only(collector), [])
        collector.stop()
        assert.equal(prototype.request, request)
      })

      if (isOld) oldTests(setUp, first)
      else {
        test('an aborted request ends its span with the error', async t => {
          const { collector, search } = await setUp(t)
          const controller = new AbortController()
          const asked = search('silent', {}, { signal: controller.signal })
          setImmediate(() => controller.abort())
          const error = await asked.then(assert.fail, (reason: unknown) => reason)
          assert.equal((await first(collector)).meta['error.type'], error.name)
        })
      }
    })
  }
}

/** Callbacks and the promises that can be aborted, which clients had until they got rid of both. */
function oldTests(
  setUp: (t: TestContext) => Promise<Place>,
  first: (collector: Collector, count?: number) => Promise<PlainSpan>,
): void {
  test('callbacks run where they were given, and requests can be aborted', async t => {
    const { collector, client, stub } = await setUp(t)
    await collector.inParent(async parent => {
      const error = await new Promise(resolve => {
        client.search({ index: 'missing' }, (reason: unknown) => {
          assert.equal(activeSpan(), parent)
          resolve(reason)
        })
      })
      assert.equal((error as Error).name, 'ResponseError')
    })
    assert.equal((await first(collector)).error, 1)
    collector.clear()
    let error: Error | undefined
    const request = client.search({ index: 'silent' }, (reason: Error) => {
      error = reason
    })
    await once(stub.server, 'request')
    request.abort()
    // The oldest versions tell nobody.
    const span = await first(collector)
    assert.equal(span.meta['error.type'], error?.name)
  })

  test('a request that nobody waits for ends, and what nobody catches is told as without us', async t => {
    const { collector, client } = await setUp(t)
    client.search({ index: 'users' })
    await client
      .search({ index: 'missing' })
      .catch((error: Error) => assert.equal(error.name, 'ResponseError'))
    await first(collector, 2)
    const listeners = process.rawListeners('unhandledRejection') as (() => void)[]
    process.removeAllListeners('unhandledRejection')
    t.after(() => {
      for (const listener of listeners) process.on('unhandledRejection', listener)
    })
    const told = once(process, 'unhandledRejection')
    client.search({ index: 'missing' })
    const [error] = (await told) as [Error]
    process.removeAllListeners('unhandledRejection')
    assert.equal(error.name, 'ResponseError')
  })
}
