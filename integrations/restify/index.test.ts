/** Restify: the contract of web frameworks, and its handlers, in every version of its sets. */

import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { webFrameworkContract } from '../../test/contracts/web/contract'
import type { Framework } from '../../test/contracts/web/framework'
import type { LibrarySet } from '../../test/libraries/sets'
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

const majorOf = (set: LibrarySet): number => Number.parseInt(set.versions.restify, 10)
let library: Restify

const restifyFramework: Framework<Server> = {
  integration: restify,
  load(set) {
    library = set.require('restify') as Restify
  },
  serve(_set, build, options) {
    const server = library.createServer({ handleUncaughtExceptions: false, ...options })
    build(server)
    return server.server
  },
  answer: (server, reply) =>
    server.get('/users/:id', (req, res, next) => {
      void reply((req as unknown as { params: { id: string } }).params.id).then(text => {
        res.end(text)
        next()
      })
    }),
  wait: (server, arrived) => server.get('/users/:id', (_req, _res, _next) => arrived()),
  route: '/users/:id',
  routes(set) {
    const major = majorOf(set)
    const routes: ReturnType<Framework<Server>['routes']> = [
      ['of options', server => server.get({ path: '/a/:b', name: 'ab' }, ok), 'GET /a/1', 'GET /a/:b'],
      ['asked for with HEAD', server => server.head('/h', ok), 'HEAD /h', 'HEAD /h'],
      ['that its middleware answers', server => server.use(stop).get('/a', ok), 'GET /a', 'GET /a', 403],
      ['that nobody has: none', server => server.get('/a', ok), 'GET /b', 'GET', 404],
      ['of another method: none', server => server.get('/a', ok), 'PUT /a', 'PUT', 405],
    ]
    // Version 4 goes on after a `pre` that says it is done.
    if (major > 4)
      routes.push([
        'that is not asked for: none',
        server => server.pre(stop).get('/a', ok),
        'GET /a',
        'GET',
        403,
      ])
    if (major < 7)
      routes.push([
        'with an expression',
        server => server.get(/^\/n\/\d+$/, ok),
        'GET /n/12',
        'GET (/^\\/n\\/\\d+$/)',
      ])
    return routes
  },
  unknown: [() => {}, server => server.get('/known', ok)],
  failures: () => [
    {
      title: 'that a handler passes on',
      build: (server, error) => server.get('/pay', (_req, _res, next) => next(error)),
      status: 500,
    },
    {
      title: 'that middleware passes on',
      build: (server, error) => server.use((_req, _res, next) => next(error)).get('/pay', ok),
      status: 500,
    },
    {
      title: 'of what comes before the route is known',
      build: (server, error) => server.pre((_req, _res, next) => next(error)).get('/pay', ok),
      status: 500,
      resource: 'GET',
    },
  ],
  accepted: [
    (server, error) =>
      server.get('/pay', (_req, _res, next) => next(Object.assign(error, { statusCode: 404 }))),
  ],
  middleware: set =>
    majorOf(set) < 10
      ? undefined
      : {
          build(server, error) {
            server.use(function guard(_req, _res, next) {
              next()
            })
            server.get('/users/:id', async function answer() {
              await null
              throw error
            } as Handler)
          },
          spans: [
            [/guard/, 0],
            [/answer|get/, 1],
          ],
        },
}

webFrameworkContract(restifyFramework, place => {
  it('notes what a handler throws where restify catches it', async () => {
    const fail: Handler = (_req, _res, _next) => {
      throw new RangeError('too far')
    }
    const { span } = await place.shop.see(
      await place.open(server => server.get('/', fail), { handleUncaughtExceptions: true }),
      'GET /',
    )
    assert.deepEqual([span.error, span.meta['error.type']], [1, 'RangeError'])
  })

  it('keeps the context of the application and that of the request', async () => {
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const look = (): void => void seen.push([storage.getStore(), activeSpan()?.name])
    const { span } = await place.shop.see(
      await place.open(server => {
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
      'POST /',
      0,
      { body: 'text' },
    )
    assert.deepEqual(seen, Array(3).fill(['kept', 'restify.request']))
    assert.equal(span.resource, 'POST /')
  })
})

function ok(_req: unknown, res: Response, next: Next): void {
  res.send('ok')
  next()
}

function stop(_req: unknown, res: Response, next: Next): void {
  res.send(403, 'stop')
  next(false)
}
