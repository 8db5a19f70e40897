/** The package `router` on its own, without Express. */

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { type Collector, collect } from '../../test/support/collect'
import { folderWith, requireIn } from '../../test/support/packages'
import { type Listening, listen } from '../../test/support/web-server'
import http from '../http/index'
import integration from './index'

type Next = (error?: unknown) => void
type Handler = (req: IncomingMessage, res: ServerResponse, next: Next) => unknown

interface Router extends Handler {
  use(...args: unknown[]): Router
  get(...args: unknown[]): Router
  route(path: string): { get(handler: Handler): unknown }
}

type RouterConstructor = (options?: object) => Router

describe('router', () => {
  let collector: Collector
  let Router: RouterConstructor
  let router: Router
  let server: Listening

  const ok: Handler = (_req, res) => res.end('ok')
  const last = (res: ServerResponse) => (error?: unknown) => {
    res.statusCode = error ? 500 : 404
    res.end()
  }

  before(async () => {
    collector = collect([http, integration])
    Router = requireIn(folderWith('router', 'router'), 'router') as RouterConstructor
    server = await listen(createServer((req, res) => void router(req, res, last(res))))
  })
  beforeEach(() => {
    router = Router()
  })
  afterEach(() => collector.assertEmpty())
  after(async () => {
    await server.close()
    collector.stop()
  })

  async function spanOf(path: string) {
    await (await fetch(server.url + path)).text()
    const [span] = await collector.take(1)
    return span
  }

  it('finds the route and keeps the name of the server', async () => {
    router.get('/users/:id', ok)
    const span = await spanOf('/users/1')
    assert.equal(span.name, 'web.request')
    assert.equal(span.resource, 'GET /users/:id')
    assert.equal(span.meta['http.route'], '/users/:id')
    assert.equal(span.meta.component, 'http')
  })

  it('joins the paths of mounted routers', async () => {
    const inner = Router()
    inner.route('/posts/:post').get(ok)
    router.use('/users/:id', inner)
    assert.equal((await spanOf('/users/1/posts/2')).resource, 'GET /users/:id/posts/:post')
    assert.equal((await spanOf('/users/1/none')).resource, 'GET')
  })

  it('tells errors, thrown and rejected', async () => {
    router.get('/thrown', () => {
      throw new RangeError('far')
    })
    router.get('/rejected', async () => {
      throw new RangeError('far')
    })
    for (const path of ['/thrown', '/rejected']) {
      const span = await spanOf(path)
      assert.equal(span.error, 1)
      assert.equal(span.meta['error.type'], 'RangeError')
      assert.equal(span.resource, `GET ${path}`)
    }
  })

  it('has spans of middleware, when told to', async () => {
    collector.registry.use('router', { middleware: true })
    router.use(function first(_req: IncomingMessage, _res: ServerResponse, next: Next) {
      next()
    })
    router.get('/a', ok)
    await (await fetch(`${server.url}/a`)).text()
    const [request, ...middleware] = await collector.take(3)
    assert.equal(request.name, 'web.request')
    assert.deepEqual(
      middleware.map(span => [span.name, span.resource, span.meta.component]),
      [
        ['router.middleware', 'first', 'router'],
        ['router.middleware', 'ok', 'router'],
      ],
    )
    collector.registry.use('router', true)
  })

  it('does nothing when it is off', async () => {
    collector.registry.use('router', false)
    router.get('/users/:id', ok)
    assert.equal((await spanOf('/users/1')).resource, 'GET')
    collector.registry.use('router', true)
  })

  it('finds routes that were made before the package was patched', async () => {
    collector.stop()
    const inner = Router()
    inner.get('/posts/:post', ok)
    router.use(['/no', '/users/:id'], inner)
    router.get(['/a', '/b'], ok)
    collector = collect([http, integration])
    assert.equal((await spanOf('/users/1/posts/2')).resource, 'GET /users/:id/posts/:post')
    assert.equal((await spanOf('/b')).resource, 'GET /b')
  })

  it('throws what the package throws when it is called without a way out', () => {
    assert.throws(() => (router as (...args: unknown[]) => void)({}, {}), /callback is required/)
  })
})
