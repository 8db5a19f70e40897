/** The HTTP server: what its options and settings do. */

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { after, afterEach, before, describe, it } from 'node:test'
import { configureLog } from '../../src/core/log'
import { activeSpan } from '../../src/trace/context'
import { Site } from '../../src/trace/site'
import type { Span } from '../../src/trace/span'
import { startSpan } from '../../src/trace/start'
import { type Collector, collect, NO_PARENT } from '../../test/support/collect'
import { type Listening, listen } from '../../test/support/web-server'
import http from './index'

const INNER = new Site({ name: 'inner' })

describe('options of the http server', () => {
  let collector: Collector
  let server: Listening
  let handler: RequestListener
  const logged: string[] = []
  const web = createServer((req, res) => handler(req, res))

  before(async () => {
    configureLog({ logLevel: 'error', debug: false, logger: { error: text => logged.push(text) } })
    collector = collect([http])
    server = await listen(web)
  })
  afterEach(() => {
    collector.assertEmpty()
    collector.registry.use('http', true)
  })
  after(async () => {
    await server.close()
    collector.stop()
  })

  /** Starts again with settings of the environment. */
  function settings(env: Record<string, string>): void {
    collector.stop()
    collector = collect([http], { env })
  }

  async function request(path = '/', status = 200, init: RequestInit = {}): Promise<Response> {
    handler = (_req, res) => void res.writeHead(status).end('ok')
    const response = await fetch(server.url + path, init)
    assert.equal(await response.text(), 'ok')
    return response
  }

  async function spanOf(path = '/', status = 200, init: RequestInit = {}) {
    await request(path, status, init)
    const [span] = await collector.take(1)
    return span
  }

  it('validateStatus says which statuses are errors', async () => {
    collector.registry.use('http', { validateStatus: (status: number) => status !== 404 })
    assert.equal((await spanOf('/', 404)).error, 1)
    assert.equal((await spanOf('/', 500)).error, 0)
  })

  it('DD_TRACE_HTTP_SERVER_ERROR_STATUSES says which statuses are errors', async () => {
    settings({ DD_TRACE_HTTP_SERVER_ERROR_STATUSES: '404,410-412' })
    const errors: number[] = []
    for (const status of [403, 404, 405, 409, 410, 412, 413, 500]) {
      if ((await spanOf('/', status)).error === 1) errors.push(status)
    }
    assert.deepEqual(errors, [404, 410, 412])
    settings({ DD_TRACE_HTTP_SERVER_ERROR_STATUSES: 'all of them' })
    assert.equal((await spanOf('/', 499)).error, 0)
    assert.equal((await spanOf('/', 500)).error, 1)
    settings({})
  })

  it('headers become tags, of requests and of responses however they were sent', async () => {
    collector.registry.use('http', { headers: ['X-Shop', 'x-user:user.name', 'content-type', 'x-missing'] })
    const tagsOf = async (handle: RequestListener) => {
      handler = handle
      await (await fetch(server.url, { headers: { 'x-shop': 'berlin', 'x-user': 'ada' } })).text()
      const [span] = await collector.take(1)
      return span.meta
    }
    const set = await tagsOf((_req, res) => res.setHeader('x-shop', ['a', 'b']).end())
    assert.equal(set['http.request.headers.x-shop'], 'berlin')
    assert.equal(set['user.name'], 'ada')
    assert.equal(set['http.response.headers.x-shop'], 'a,b')
    assert.equal(set['http.request.headers.x-missing'], undefined)
    const written = await tagsOf((_req, res) => void res.writeHead(200, { 'Content-Type': 'text/x' }).end())
    assert.equal(written['http.response.headers.content-type'], 'text/x')
    const listed = await tagsOf((_req, res) => void res.writeHead(200, ['X-Shop', 'paris']).end())
    assert.equal(listed['http.response.headers.x-shop'], 'paris')
  })

  it('DD_TRACE_HEADER_TAGS adds to them', async () => {
    settings({ DD_TRACE_HEADER_TAGS: 'x-one, x-two:two' })
    collector.registry.use('http', { headers: ['x-three'] })
    const { meta } = await spanOf('/', 200, { headers: { 'x-one': '1', 'x-two': '2', 'x-three': '3' } })
    assert.equal(meta['http.request.headers.x-one'], '1')
    assert.equal(meta.two, '2')
    assert.equal(meta['http.request.headers.x-three'], '3')
    settings({})
  })

  it('filter, allowlist and blocklist decide by the URL with its query', async () => {
    const asked: string[] = []
    collector.registry.use('http', {
      filter: (url: string) => {
        asked.push(url)
        return !url.startsWith('/health')
      },
    })
    await request('/health?full=1')
    assert.equal((await spanOf('/users?a=1')).meta['http.url'], `${server.url}/users?a=1`)
    assert.deepEqual(asked, ['/health?full=1', '/users?a=1'])

    collector.registry.use('http', { blocklist: ['/health', /^\/metrics/, (url: string) => url === '/f'] })
    for (const path of ['/health', '/health?x', '/metrics/a', '/f']) await request(path)
    await spanOf('/healthy')

    collector.registry.use('http', { allowlist: ['/only', /^\/api/g], blocklist: '/api/secret' })
    await request('/other')
    await request('/api/secret')
    await spanOf('/only')
    await spanOf('/api/1')
    await spanOf('/api/2')
  })

  it('exports nothing of a filtered request, nor what it calls', async () => {
    collector.registry.use('http', { blocklist: ['/health'] })
    let priority: number | undefined
    handler = (_req, res) => {
      const span = activeSpan() as Span
      startSpan(span.trace.runtime, INNER, span, {}).finish()
      priority = span.trace.priority
      setImmediate(() => {
        startSpan(span.trace.runtime, INNER, activeSpan(), {}).finish()
        res.end()
      })
    }
    await (await fetch(`${server.url}/health`)).text()
    assert.equal(priority, -1)
    const { spanId } = await spanOf('/next')
    assert.notEqual(spanId, NO_PARENT)
  })

  it('hooks.request sees the span, the request and the response before the span ends', async () => {
    const calls: unknown[][] = []
    collector.registry.use('http', {
      hooks: {
        request(span: Span, req: IncomingMessage, res: ServerResponse) {
          calls.push([req.url, res.statusCode, span.durationMs < 0])
          span.setTag('resource.name', 'HOOKED').setTag('hooked', 'yes')
        },
      },
    })
    const span = await spanOf('/hook', 201)
    assert.deepEqual(calls, [['/hook', 201, true]])
    assert.equal(span.resource, 'HOOKED')
    assert.equal(span.meta.hooked, 'yes')
  })

  it('survives options that throw, for any number of requests', async () => {
    const fail = () => {
      throw new Error('mine')
    }
    for (const options of [
      { filter: fail },
      { blocklist: fail },
      { validateStatus: fail },
      { hooks: { request: fail } },
    ]) {
      collector.registry.use('http', options)
      for (let index = 0; index < 12; index++) {
        const span = await spanOf('/', 500)
        assert.equal(span.meta['http.status_code'], '500')
        assert.equal(span.error, 'validateStatus' in options ? 0 : 1)
      }
    }
    // Once a minute for each option; a list fails as the filter that it is.
    assert.equal(logged.length, 3)
    assert.match(logged[0], /option http server filter failed: Error: mine/)
  })

  it('takes options for servers alone, or none', async () => {
    collector.registry.use('http', { server: false })
    await request()
    collector.registry.use('http', { server: { enabled: false } })
    await request()
    collector.registry.use('http', { service: 'web', server: { headers: ['x-a'] }, client: false })
    const span = await spanOf('/', 200, { headers: { 'x-a': '1' } })
    assert.equal(span.meta['http.request.headers.x-a'], '1')
    assert.equal(span.service, 'web')
    assert.equal(span.meta['_dd.svc_src'], 'opt.plugin')
    assert.equal(span.meta['_dd.base_service'], 'shop')
  })

  it('queryStringObfuscation replaces the pattern, or drops or keeps the query', async () => {
    const urlWith = async (queryStringObfuscation: unknown) => {
      collector.registry.use('http', { queryStringObfuscation })
      const { meta } = await spanOf('/a?x=1&token=abc')
      return meta['http.url'].slice(server.url.length)
    }
    assert.equal(await urlWith('x=\\d'), '/a?<redacted>&token=abc')
    assert.equal(await urlWith(true), '/a')
    assert.equal(await urlWith(false), '/a?x=1&token=abc')
    assert.equal(await urlWith('('), '/a?x=1&<redacted>')
    settings({ DD_TRACE_OBFUSCATION_QUERY_STRING_REGEXP: '' })
    assert.equal(await urlWith(undefined), '/a?x=1&token=abc')
    settings({ DD_TRACE_OBFUSCATION_QUERY_STRING_REGEXP: '.*' })
    assert.equal(await urlWith(undefined), '/a')
    settings({})
  })

  it('tags the client, when told to', async () => {
    settings({ DD_TRACE_CLIENT_IP_ENABLED: 'true' })
    assert.equal((await spanOf()).meta['http.client_ip'], '127.0.0.1')
    const forwarded = { 'x-forwarded-for': '10.0.0.1, 8.8.8.8', 'x-mine': '9.9.9.9' }
    assert.equal((await spanOf('/', 200, { headers: forwarded })).meta['http.client_ip'], '8.8.8.8')
    settings({ DD_TRACE_CLIENT_IP_ENABLED: 'true', DD_TRACE_CLIENT_IP_HEADER: 'X-Mine' })
    assert.equal((await spanOf('/', 200, { headers: forwarded })).meta['http.client_ip'], '9.9.9.9')
    settings({})
  })

  it('tags the endpoint where there is no route, when told to', async () => {
    collector.registry.use('http', { resourceRenamingEnabled: true })
    assert.equal((await spanOf('/users/42?x=1')).meta['http.endpoint'], '/users/{param:int}')
  })

  it('uses the names of schema v1', async () => {
    settings({ DD_TRACE_SPAN_ATTRIBUTE_SCHEMA: 'v1' })
    assert.equal((await spanOf()).name, 'http.server.request')
    settings({})
  })

  it('leaves servers alone that say so', async () => {
    Object.assign(web, { [Symbol.for('tracer.untraced')]: true })
    await request()
    Reflect.deleteProperty(web, Symbol.for('tracer.untraced'))
    await spanOf()
  })
})
