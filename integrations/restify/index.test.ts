/** Restify: routes, errors, context and spans of handlers, in every version that there is a set of. */

import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { after, afterEach, before, describe, it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { RawClient } from '../../test/support/web-server'
import { type WebShop, webShop } from '../../test/support/web-shop'
import restify from './index'

type Next = (error?: unknown) => void
type Response = ServerResponse & { send(...args: unknown[]): void }
type Handler = (req: IncomingMessage, res: Response, next: Next) => unknown

interface Server {
  server: HttpServer
  pre(...handlers: Handler[]): Server
  use(...handlers: Handler[]): Server
  get(options: string | RegExp | object, ...handlers: Handler[]): unknown
  head(path: string, ...handlers: Handler[]): unknown
  post(path: string, ...handlers: Handler[]): unknown
  on(event: string, listener: (...args: never[]) => void): Server
}

interface Restify {
  createServer(options?: object): Server
}

for (const set of librarySets('restify')) {
  const major = Number.parseInt(set.versions.restify, 10)
  describe(set.label, () => {
    let shop: WebShop
    let library: Restify

    before(async () => {
      await installLibraries([set])
      shop = webShop([restify])
      library = set.require('restify') as Restify
    })
    afterEach(() => {
      shop.collector.registry.use('restify', {})
      shop.collector.assertEmpty()
    })
    after(() => shop.stop())

    function serverOf(build: (server: Server) => unknown, options: object = {}): HttpServer {
      const server = library.createServer({ handleUncaughtExceptions: false, ...options })
      build(server)
      return server.server
    }

    async function see(build: (server: Server) => unknown, line: string, more = 0, options?: object) {
      return shop.see(await shop.open(serverOf(build, options)), line, more)
    }

    it('names the request after the framework', async () => {
      const { span, text } = await see(server => server.get('/users/:id', ok), 'GET /users/7?a=b')
      assert.equal(text, '"ok"')
      assert.deepEqual(
        [span.name, span.service, span.resource, span.type, span.error],
        ['restify.request', 'shop', 'GET /users/:id', 'web', 0],
      )
      assert.equal(span.meta.component, 'restify')
      assert.equal(span.meta['_dd.integration'], 'restify')
      assert.equal(span.meta['span.kind'], 'server')
      assert.equal(span.meta['http.route'], '/users/:id')
    })

    const routes: [string, (server: Server) => unknown, string, string][] = [
      ['of options', server => server.get({ path: '/a/:b', name: 'ab' }, ok), 'GET /a/1', 'GET /a/:b'],
      ['asked for with HEAD', server => server.head('/h', ok), 'HEAD /h', 'HEAD /h'],
      ['that its middleware answers', server => server.use(stop).get('/a', ok), 'GET /a', 'GET /a'],
      ['that nobody has', server => server.get('/a', ok), 'GET /b', 'GET'],
      ['of another method', server => server.get('/a', ok), 'PUT /a', 'PUT'],
    ]
    // Version 4 goes on after a `pre` that says it is done.
    if (major > 4)
      routes.push(['that is not asked for', server => server.pre(stop).get('/a', ok), 'GET /a', 'GET'])
    if (major < 7)
      routes.push([
        'with an expression',
        server => server.get(/^\/n\/\d+$/, ok),
        'GET /n/12',
        'GET (/^\\/n\\/\\d+$/)',
      ])
    for (const [what, build, line, resource] of routes) {
      it(`knows the route ${what}`, async () => {
        const { span } = await see(build, line)
        assert.deepEqual([span.name, span.resource], ['restify.request', resource])
      })
    }

    it('notes the error that a handler passes on', async () => {
      for (const build of [
        (server: Server) => server.get('/', (_req, _res, next) => next(new RangeError('too far'))),
        (server: Server) => server.use((_req, _res, next) => next(new RangeError('too far'))).get('/', ok),
        (server: Server) => server.pre((_req, _res, next) => next(new RangeError('too far'))).get('/', ok),
      ]) {
        const { span, status } = await see(build, 'GET /')
        assert.deepEqual([status, span.error, span.meta['error.type']], [500, 1, 'RangeError'])
        assert.equal(span.meta['error.message'], 'too far')
      }
    })

    it('notes what a handler throws where restify catches it', async () => {
      const fail: Handler = (_req, _res, _next) => {
        throw new RangeError('too far')
      }
      const { span } = await see(server => server.get('/', fail), 'GET /', 0, {
        handleUncaughtExceptions: true,
      })
      assert.deepEqual([span.error, span.meta['error.type']], [1, 'RangeError'])
    })

    it('keeps the context of the application and that of the request', async () => {
      const storage = new AsyncLocalStorage<string>()
      const seen: unknown[] = []
      const look = (): void => void seen.push([storage.getStore(), activeSpan()?.name])
      const { span } = await shop.see(
        await shop.open(
          serverOf(server => {
            server.pre((_req, _res, next) => storage.run('kept', next))
            server.use((_req, _res, next) => {
              look()
              setImmediate(next)
            })
            server.post('/', (req, res, next) => {
              look()
              req.resume().on('end', () => {
                look()
                res.send('ok')
                next()
              })
            })
          }),
        ),
        'POST /',
        0,
        { body: 'text' },
      )
      assert.deepEqual(seen, Array(3).fill(['kept', 'restify.request']))
      assert.equal(span.resource, 'POST /')
    })

    it('makes spans of handlers when told to', async t => {
      if (major < 10) return t.skip('from version 10')
      shop.collector.registry.use('restify', { middleware: true })
      const { span, others } = await see(
        server => {
          server.use(function guard(_req, _res, next) {
            next()
          })
          server.get('/', async function answer(_req: unknown, res: Response) {
            await null
            res.send('ok')
          } as Handler)
        },
        'GET /',
        2,
      )
      const failed = await see(
        server => server.get('/', (_req, _res, next) => next(new RangeError('too far'))),
        'GET /',
        1,
      )
      assert.deepEqual(
        others.map(each => [each.name, each.resource, each.error, each.parentId === span.spanId]),
        [
          ['restify.middleware', others[0].resource, 0, true],
          ['restify.middleware', others[1].resource, 0, true],
        ],
      )
      assert.match(others[0].resource, /guard/)
      assert.match(others[1].resource, /answer|get/)
      assert.deepEqual([failed.others[0].error, failed.others[0].meta['error.type']], [1, 'RangeError'])
    })

    it('ends the span when the client leaves', async () => {
      let arrived = (): void => {}
      const isHere = new Promise<void>(resolve => {
        arrived = resolve
      })
      const { port } = await shop.open(
        serverOf(server => server.get('/wait', (_req, _res, _next) => arrived())),
      )
      const client = await RawClient.open(port)
      client.send('GET /wait HTTP/1.1\r\nHost: a\r\n\r\n')
      await isHere
      client.socket.destroy()
      const [span] = await shop.collector.take(1)
      assert.deepEqual([span.resource, span.error], ['GET /wait', 0])
    })

    it('passes straight through when it is off', async () => {
      shop.collector.registry.use('restify', { enabled: false })
      const { span } = await see(server => server.get('/a', ok), 'GET /a')
      assert.deepEqual([span.name, span.resource], ['web.request', 'GET'])
    })
  })
}

function ok(_req: unknown, res: Response, next: Next): void {
  res.send('ok')
  next()
}

function stop(_req: unknown, res: Response, next: Next): void {
  res.send(403, 'stop')
  next(false)
}
