/** Hono: routes, errors, context and spans of middleware, in every version that there is a set of. */

import assert from 'node:assert/strict'
import { createServer, get } from 'node:http'
import { createServer as createHttp2 } from 'node:http2'
import { after, afterEach, before, describe, it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { http2Connection } from '../../test/support/http2'
import { type WebShop, webShop } from '../../test/support/web-shop'
import http2 from '../http2/index'
import hono from './index'

type Next = () => Promise<void>
type Handler = (c: Context, next: Next) => unknown

interface Context {
  req: { routePath: string }
  text(text: string, status?: number): Response
  body(stream: ReadableStream): Response
}

interface App {
  routes: { handler: Handler }[]
  router: { add: object }
  use(...args: (string | Handler)[]): App
  get(path: string, ...handlers: Handler[]): App
  all(path: string, ...handlers: Handler[]): App
  on(methods: string[], paths: string[], handler: Handler): App
  route(path: string, app: App): App
  basePath(path: string): App
  mount(path: string, handler: unknown): App
  notFound(handler: Handler): App
  onError(handler: (error: Error, c: Context) => unknown): App
  request(path: string): Promise<Response>
  fetch: (request: Request, env?: object) => unknown
}

for (const set of librarySets('hono')) {
  describe(set.label, () => {
    let shop: WebShop
    let Hono: new () => App
    let listenerOf: (fetch: unknown) => (req: never, res: never) => unknown

    before(async () => {
      await installLibraries([set])
      shop = webShop([hono, http2])
      shop.collector.registry.use('http2', { client: false })
      Hono = (set.require('hono') as { Hono: typeof Hono }).Hono
      listenerOf = (set.require('@hono/node-server') as { getRequestListener: typeof listenerOf })
        .getRequestListener
    })
    afterEach(() => {
      shop.collector.registry.use('hono', {})
      shop.collector.assertEmpty()
    })
    after(() => shop.stop())

    async function see(build: (app: App) => unknown, line: string, more = 0) {
      const app = new Hono()
      build(app)
      return shop.see(await shop.open(createServer(listenerOf(app.fetch) as never)), line, more)
    }

    it('names the request after the framework', async () => {
      const { span, text } = await see(app => app.get('/users/:id', ok), 'GET /users/7?a=b')
      assert.equal(text, 'ok')
      assert.deepEqual(
        [span.name, span.service, span.resource, span.type, span.error],
        ['hono.request', 'shop', 'GET /users/:id', 'web', 0],
      )
      assert.equal(span.meta.component, 'hono')
      assert.equal(span.meta['_dd.integration'], 'hono')
      assert.equal(span.meta['span.kind'], 'server')
      assert.equal(span.meta['http.route'], '/users/:id')
    })

    const nested = (): App => new Hono().get('/posts/:post', ok)
    const routes: [string, (app: App) => unknown, string, string][] = [
      ['for all methods', app => app.all('/any', ok), 'PUT /any', 'PUT /any'],
      ['of several paths', app => app.on(['GET'], ['/a', '/b'], ok), 'GET /b', 'GET /b'],
      ['asked for with HEAD', app => app.get('/h', ok), 'HEAD /h', 'HEAD /h'],
      ['with an expression', app => app.get('/n/:id{[0-9]+}', ok), 'GET /n/12', 'GET /n/:id{[0-9]+}'],
      ['of the root', app => app.get('/', ok), 'GET /', 'GET /'],
      [
        'of an application within one',
        app => app.route('/users/:id', nested()),
        'GET /users/7/posts/8',
        'GET /users/:id/posts/:post',
      ],
      [
        'of a base path',
        app => app.route('/v1', new Hono().basePath('/users').get('/:id', ok)),
        'GET /v1/users/7',
        'GET /v1/users/:id',
      ],
      ['for the rest', app => app.get('/x', ok).get('*', ok), 'GET /y', 'GET /*'],
      ['that passes on', app => app.get('/:a', pass).get('/y', ok), 'GET /y', 'GET /y'],
      ['behind middleware', app => app.use(pass).use('/a/*', pass).get('/a/:b', ok), 'GET /a/1', 'GET /a/:b'],
      ['of middleware that answers', app => app.use('/a/*', ok).get('/a/:b', ok), 'GET /a/1', 'GET /a/*'],
      ['of middleware for everything', app => app.use(ok), 'GET /a', 'GET'],
      ['that nobody has', app => app.use(pass).use('/a/*', pass), 'GET /a/1', 'GET'],
    ]
    for (const [what, build, line, resource] of routes) {
      it(`knows the route ${what}`, async () => {
        const { span } = await see(build, line)
        assert.deepEqual([span.name, span.resource], ['hono.request', resource])
      })
    }

    it('knows the route of an application that is mounted', async t => {
      if (set.name !== 'newest') return t.skip('the oldest cannot mount on Node.js')
      const { span } = await see(app => app.mount('/in', nested().fetch), 'GET /in/posts/8')
      assert.equal(span.resource, 'GET /in/posts/:post')
    })

    it('notes the error that a handler throws, whoever handles it', async () => {
      const fail: Handler = () => {
        throw new RangeError('too far')
      }
      const later: Handler = async () => {
        await null
        throw new RangeError('too far')
      }
      const answer = (_error: Error, c: Context): Response => c.text('sorry', 503)
      for (const build of [
        (app: App) => app.get('/', fail).onError(answer),
        (app: App) => app.get('/', later).onError(answer),
        (app: App) => app.use(pass).get('/', later).onError(answer),
        (app: App) => app.route('/', new Hono().get('/', later).onError(answer)),
        (app: App) => app.use(later).get('/', ok).onError(answer),
      ]) {
        const { span, text } = await see(build, 'GET /')
        assert.equal(text, 'sorry')
        assert.deepEqual([span.error, span.meta['error.type']], [1, 'RangeError'])
      }
      const { span } = await see(app => app.get('/', fail).onError((_error, c) => c.text('no', 404)), 'GET /')
      assert.deepEqual([span.error, span.meta['error.type']], [0, undefined])
    })

    it('runs handlers, middleware and streams in the context of the request', async () => {
      const seen: unknown[] = []
      const look = async (): Promise<void> => {
        await new Promise(setImmediate)
        seen.push(activeSpan())
      }
      const { span, text } = await see(app => {
        app.use(async (_c, next) => {
          await look()
          await next()
          await look()
        })
        app.get('/', async c => {
          await look()
          const pull = async (controller: ReadableStreamDefaultController): Promise<void> => {
            await look()
            controller.enqueue(Buffer.from('ok'))
            controller.close()
          }
          return c.body(new ReadableStream({ pull }))
        })
      }, 'GET /')
      assert.equal(text, 'ok')
      assert.equal(seen.length, 4)
      for (const each of seen)
        assert.equal((each as { trace: object })?.trace, (seen[0] as typeof each & { trace: object }).trace)
      assert.equal(span.resource, 'GET /')
    })

    it('makes spans of middleware when told to', async () => {
      shop.collector.registry.use('hono', { middleware: true })
      const { span, others } = await see(
        app =>
          app
            .use(async function timing(_c, next) {
              await next()
            })
            .use(() => {
              throw new RangeError('too far')
            })
            .get('/', ok)
            .onError((_error, c) => c.text('sorry', 500)),
        'GET /',
        2,
      )
      assert.deepEqual(
        others.map(each => [each.name, each.resource, each.error, each.parentId === span.spanId]),
        [
          ['hono.middleware', 'timing', 0, true],
          ['hono.middleware', '<anonymous>', 1, true],
        ],
      )
    })

    it('ends the span when the client leaves a stream of events', async () => {
      const app = new Hono().get('/events', c =>
        c.body(new ReadableStream({ start: controller => controller.enqueue(Buffer.from('data: 1\n\n')) })),
      )
      const { port } = await shop.open(createServer(listenerOf(app.fetch) as never))
      await new Promise<void>(resolve => {
        const request = get({ port, path: '/events' }, response =>
          response.once('data', () => {
            request.destroy()
            resolve()
          }),
        )
        request.on('error', () => {})
      })
      const [span] = await shop.collector.take(1)
      assert.deepEqual([span.resource, span.error], ['GET /events', 0])
    })

    it('serves HTTP/2', async () => {
      const app = new Hono().get('/users/:id', ok)
      const connection = await http2Connection(createHttp2(listenerOf(app.fetch) as never))
      const { text } = await connection.ask('GET /users/7')
      assert.equal(text, 'ok')
      const [span] = await shop.collector.take(1)
      assert.deepEqual(
        [span.name, span.resource, span.meta.component],
        ['hono.request', 'GET /users/:id', 'hono'],
      )
      await connection.close()
    })

    it('is not seen by the application, and not needed by it', async () => {
      const app = new Hono().get('/', ok)
      assert.equal(app.routes[0].handler, ok)
      assert.equal(await (await app.request('/')).text(), 'ok')
      shop.collector.registry.use('hono', { enabled: false })
      const { span } = await see(each => each.get('/', ok), 'GET /')
      assert.deepEqual([span.name, span.resource], ['web.request', 'GET'])
      assert.ok('__datadog_patch' in app.router.add)
    })
  })
}

function ok(c: Context): Response {
  return c.text('ok')
}

async function pass(_c: Context, next: Next): Promise<void> {
  await next()
}
