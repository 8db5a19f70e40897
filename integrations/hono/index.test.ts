/** Hono: the contract of web frameworks, mounted applications, streams and HTTP/2, in every version of its sets. */

import assert from 'node:assert/strict'
import { createServer, get } from 'node:http'
import { createServer as createHttp2 } from 'node:http2'
import { it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { webFrameworkContract } from '../../test/contracts/web/contract'
import type { Framework } from '../../test/contracts/web/framework'
import { http2Connection } from '../../test/support/http2'
import http2 from '../http2/index'
import hono from './index'

type Next = () => Promise<void>
type Handler = (c: Context, next: Next) => unknown

interface Context {
  req: { routePath: string; param(name: string): string }
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

let Hono: new () => App
let listenerOf: (fetch: unknown) => (req: never, res: never) => unknown

const nested = (): App => new Hono().get('/posts/:post', ok)
const sorry = (_error: Error, c: Context): Response => c.text('sorry', 503)

const honoFramework: Framework<App> = {
  integration: hono,
  others: [http2],
  load(set, shop) {
    shop.collector.registry.use('http2', { client: false })
    Hono = (set.require('hono') as { Hono: typeof Hono }).Hono
    listenerOf = (set.require('@hono/node-server') as { getRequestListener: typeof listenerOf })
      .getRequestListener
  },
  serve(_set, build) {
    const app = new Hono()
    build(app)
    return createServer(listenerOf(app.fetch) as never)
  },
  answer: (app, reply) => app.get('/users/:id', async c => c.text(await reply(c.req.param('id')))),
  wait: (app, arrived) =>
    app.get('/users/:id', () => {
      arrived()
      return new Promise(() => {})
    }),
  route: '/users/:id',
  routes: () => [
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
    ['that nobody has: none', app => app.use(pass).use('/a/*', pass), 'GET /a/1', 'GET', 404],
  ],
  unknown: [app => app.use(pass), app => app.use('/unknown', pass)],
  failures: () => [
    {
      title: 'that a handler throws',
      build: (app, error) => app.get('/pay', raising(error)).onError(sorry),
      status: 503,
    },
    {
      title: 'that a handler rejects with',
      build: (app, error) => app.get('/pay', rejecting(error)).onError(sorry),
      status: 503,
    },
    {
      title: 'of a handler behind middleware',
      build: (app, error) => app.use(pass).get('/pay', rejecting(error)).onError(sorry),
      status: 503,
    },
    {
      title: 'that an application inside handles',
      build: (app, error) => app.route('/', new Hono().get('/pay', rejecting(error)).onError(sorry)),
      status: 503,
    },
    {
      title: 'of middleware',
      build: (app, error) => app.use(rejecting(error)).get('/pay', ok).onError(sorry),
      status: 503,
      resource: 'GET',
    },
  ],
  accepted: [(app, error) => app.get('/pay', raising(error)).onError((_error, c) => c.text('no', 404))],
  middleware: () => ({
    build: (app, error, hear) =>
      app
        .use(async function timing(_c, next) {
          hear(0)
          await next()
        })
        .use(() => {
          throw error
        })
        .get('/users/:id', ok)
        .onError((_error, c) => c.text('sorry', 500)),
    resource: 'GET',
    spans: [
      ['timing', 0],
      ['<anonymous>', 1],
    ],
  }),
}

function raising(error: Error): Handler {
  return () => {
    throw error
  }
}

function rejecting(error: Error): Handler {
  return async () => {
    await null
    throw error
  }
}

webFrameworkContract(honoFramework, (place, set) => {
  const { see } = place

  it('knows the route of an application that is mounted', async t => {
    if (set.name !== 'newest') return t.skip('the oldest cannot mount on Node.js')
    const { span } = await see(app => app.mount('/in', nested().fetch), 'GET /in/posts/8')
    assert.equal(span.resource, 'GET /in/posts/:post')
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

  it('ends the span when the client leaves a stream of events', async () => {
    const app = new Hono().get('/events', c =>
      c.body(new ReadableStream({ start: controller => controller.enqueue(Buffer.from('data: 1\n\n')) })),
    )
    const { port } = await place.shop.open(createServer(listenerOf(app.fetch) as never))
    await new Promise<void>(resolve => {
      const request = get({ port, path: '/events' }, response =>
        response.once('data', () => {
          request.destroy()
          resolve()
        }),
      )
      request.on('error', () => {})
    })
    const [span] = await place.shop.collector.take(1)
    assert.deepEqual([span.resource, span.error], ['GET /events', 0])
  })

  it('serves HTTP/2', async () => {
    const app = new Hono().get('/users/:id', ok)
    const connection = await http2Connection(createHttp2(listenerOf(app.fetch) as never))
    const { text } = await connection.ask('GET /users/7')
    assert.equal(text, 'ok')
    const [span] = await place.shop.collector.take(1)
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
    place.shop.collector.registry.use('hono', { enabled: false })
    const { span } = await see(each => each.get('/', ok), 'GET /')
    assert.deepEqual([span.name, span.resource], ['web.request', 'GET'])
    assert.ok('__datadog_patch' in app.router.add)
  })
})

function ok(c: Context): Response {
  return c.text('ok')
}

async function pass(_c: Context, next: Next): Promise<void> {
  await next()
}
