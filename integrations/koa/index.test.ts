/** Koa and its routers: the contract of web frameworks, and what its middleware sees, in every version of its sets. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { before, describe, it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { webFrameworkContract } from '../../test/contracts/web/contract'
import type { Framework } from '../../test/contracts/web/framework'
import koa from './index'

type Next = () => Promise<unknown>
type Middleware = (ctx: Context, next: Next) => unknown

interface Context {
  req: import('node:http').IncomingMessage
  res: import('node:http').ServerResponse
  app: App
  status: number
  body: unknown
  path: string
  respond?: boolean
  mountPath?: string
  params: Record<string, string>
  matched?: unknown[]
  throw(status: number, message: string, options?: object): never
  app_?: unknown
}

interface App {
  silent: boolean
  context: { onerror: unknown }
  middleware: Middleware[]
  use(middleware: Middleware): App
  on(event: string, listener: (...args: never[]) => void): App
  emit(event: string, ...args: unknown[]): boolean
  callback(): (req: unknown, res: unknown) => unknown
}

interface Router {
  stack: { path: string; stack: Middleware[] }[]
  use(...args: unknown[]): Router
  get(path: string | RegExp, ...middleware: Middleware[]): Router
  post(path: string, ...middleware: Middleware[]): Router
  all(path: string, ...middleware: Middleware[]): Router
  prefix(prefix: string): Router
  routes(): Middleware & { router: Router }
  allowedMethods(): Middleware
  match(path: string, method: string): { pathAndMethod: unknown[] }
}

let Koa: new () => App

const koaFramework: Framework<App> = {
  integration: koa,
  load(set) {
    Koa = set.require('koa') as typeof Koa
  },
  serve(_set, build) {
    const app = new Koa()
    app.silent = true
    app.on('error', () => {})
    build(app)
    return createServer(app.callback())
  },
  answer: (app, reply) =>
    app.use(async ctx => {
      ctx.body = await reply(ctx.path.slice('/users/'.length))
    }),
  wait: (app, arrived) =>
    app.use(() => {
      arrived()
      return new Promise(() => {})
    }),
  // Koa has no routes without a router.
  route: undefined,
  routes: () => [],
  unknown: [() => {}, app => app.use(first)],
  failures: () => [
    { title: 'that is thrown', build: (app, error) => app.use(raising(error)), status: 500, resource: 'GET' },
    {
      title: 'that is rejected with',
      build: (app, error) => app.use(rejecting(error)),
      status: 500,
      resource: 'GET',
    },
    {
      title: 'that another middleware answers',
      build: (app, error) =>
        app
          .use(async (ctx, next) => {
            try {
              await next()
            } catch {
              ctx.status = 503
              ctx.body = 'sorry'
            }
          })
          .use(rejecting(error)),
      status: 503,
      resource: 'GET',
    },
  ],
  accepted: [(app, error) => app.use(rejecting(Object.assign(error, { status: 404 })))],
  middleware: () => ({
    build: (app, error, hear) =>
      app
        .use(first)
        .use(async (_ctx, next) => {
          hear(1)
          await next()
        })
        .use(function fail() {
          throw error
        }),
    spans: [
      ['first', 0],
      ['<anonymous>', 0],
      ['fail', 1],
    ],
  }),
  wrapped() {
    const { prototype } = Koa as unknown as { prototype: Record<string, object> }
    const shared = Object.getPrototypeOf(new Koa().context) as Record<string, object>
    return [prototype.callback, prototype.createContext, shared.onerror]
  },
}

function raising(error: Error): () => never {
  return () => {
    throw error
  }
}

function rejecting(error: Error): () => Promise<never> {
  return async () => {
    await null
    throw error
  }
}

webFrameworkContract(koaFramework, (place, set) => {
  const { see } = place

  for (const name of Object.keys(set.versions).slice(1)) {
    describe(`${name} ${set.versions[name]}`, () => {
      let make: (options?: object) => Router
      before(() => {
        const loaded = set.require(name) as { Router?: unknown }
        const Router = (loaded.Router ?? loaded) as new (options?: object) => Router
        make = options => new Router(options)
      })

      const routes: [string, () => Middleware, string, string][] = [
        ['with a parameter', () => make().get('/users/:id', ok).routes(), 'GET /users/7', '/users/:id'],
        ['of a prefix', () => make({ prefix: '/v1' }).get('/x', ok).routes(), 'GET /v1/x', '/v1/x'],
        ['for all methods', () => make().all('/any', ok).routes(), 'PUT /any', '/any'],
        ['asked for with HEAD', () => make().get('/h', ok).routes(), 'HEAD /h', '/h'],
        [
          'with an expression',
          () =>
            make()
              .get(/^\/n\/\d+$/, ok)
              .routes(),
          'GET /n/12',
          '(/^\\/n\\/\\d+$/)',
        ],
        [
          'of a router within a router',
          () => {
            const inner = make().get('/posts/:post', ok)
            return make().use('/users/:id', inner.routes(), inner.allowedMethods()).routes()
          },
          'GET /users/1/posts/2',
          '/users/:id/posts/:post',
        ],
        [
          'in front of another that fits too',
          () => make().get('/u/me', ok).get('/u/:id', ok).routes(),
          'GET /u/me',
          '/u/me',
        ],
        [
          'that one before it passed on to',
          () =>
            make()
              .get('/u/:id', (_ctx, next) => next())
              .get('/u/me', ok)
              .routes(),
          'GET /u/me',
          '/u/me',
        ],
        [
          'with middleware of the router around it',
          () =>
            make()
              .use((_ctx: Context, next: Next) => next())
              .get('/m/:id', ok)
              .use((_ctx: Context, next: Next) => next())
              .routes(),
          'GET /m/1',
          '/m/:id',
        ],
        [
          'whose middleware answers itself',
          () =>
            make()
              .use((ctx: Context) => {
                ctx.body = 'first'
              })
              .get('/m/:id', ok)
              .routes(),
          'GET /m/1',
          '/m/:id',
        ],
      ]
      for (const [title, build, line, route] of routes) {
        it(`knows a route ${title}`, async () => {
          const { span, status } = await see(app => app.use(build()), line)
          assert.equal(status, 200)
          assert.equal(span.resource, `${line.split(' ')[0]} ${route}`)
          assert.equal(span.meta['http.route'], route)
        })
      }

      it('knows the route of the second of two routers, and of one that is mounted', async () => {
        const second = await see(
          app => app.use(make().get('/a', ok).routes()).use(make().get('/b/:c', ok).routes()),
          'GET /b/1',
        )
        assert.equal(second.span.resource, 'GET /b/:c')
        const mounted = await see(app => {
          const inner = make().get('/b/:c', ok).routes()
          app.use(async (ctx, next) => {
            const { path } = ctx
            ctx.path = path.slice('/mount'.length)
            await inner(ctx, next)
            ctx.path = path
          })
        }, 'GET /mount/b/1?q')
        assert.equal(mounted.span.resource, 'GET /mount/b/:c')
      })

      it('knows no route of what is not found, nor of what is only allowed', async () => {
        const router = make().get('/a', ok)
        const build = (app: App) => app.use(router.routes()).use(router.allowedMethods())
        for (const line of ['GET /b', 'OPTIONS /a', 'DELETE /a']) {
          const { span } = await see(build, line)
          assert.deepEqual([span.name, span.resource, span.error], ['koa.request', line.split(' ')[0], 0])
        }
      })

      it('shows the application its own layers and functions', async () => {
        const router = make().get('/a/:b', ok)
        const dispatch = router.routes()
        assert.equal(dispatch.router, router)
        assert.equal(router.stack[0].stack[0], ok)
        assert.equal(router.match('/a/1', 'GET').pathAndMethod[0], router.stack[0])
        let matched: unknown
        const { span } = await see(
          app =>
            app.use(dispatch).use(ctx => {
              matched = ctx.matched
            }),
          'GET /a/1',
        )
        assert.equal(span.resource, 'GET /a/:b')
        await see(
          app =>
            app
              .use(async (ctx, next) => {
                await next()
                matched = ctx.matched?.[0]
              })
              .use(dispatch),
          'GET /a/1',
        )
        assert.equal(matched, router.stack[0])
      })

      it('has a span for each function of a router', async () => {
        place.shop.collector.registry.use('koa', { middleware: true })
        const { span, others } = await see(
          app =>
            app.use(first).use(
              make()
                .use(async function guard(_ctx: Context, next: Next) {
                  await next()
                })
                .get('/a/:b', ok)
                .routes(),
            ),
          'GET /a/1',
          3,
        )
        place.shop.collector.registry.use('koa', true)
        assert.deepEqual(
          others.map(each => [each.name, each.resource, each.parentId]),
          ['first', 'guard', 'ok'].map(each => ['koa.middleware', each, span.spanId]),
        )
      })

      it('records the error of a route', async () => {
        const { span } = await see(
          app =>
            app.use(
              make()
                .get('/a/:b', async () => {
                  await null
                  throw new RangeError('far')
                })
                .routes(),
            ),
          'GET /a/1',
        )
        assert.deepEqual([span.resource, span.meta['error.type']], ['GET /a/:b', 'RangeError'])
      })
    })
  }

  it('records what ctx.throw throws when its status is an error', async () => {
    for (const [status, options, error, text] of [
      [500, {}, 1, 'Internal Server Error'],
      [502, { expose: true }, 1, 'broken'],
      [404, {}, 0, 'broken'],
      [403, { expose: false }, 0, 'Forbidden'],
    ] as const) {
      const answer = await see(app => app.use(ctx => ctx.throw(status, 'broken', options)), 'GET /')
      assert.equal(answer.status, status)
      assert.equal(answer.text, text)
      assert.equal(answer.span.error, error)
      assert.equal(answer.span.meta['error.message'], error === 1 ? 'broken' : undefined)
    }
  })

  it('records what is no Error, and a 500 without one', async () => {
    const thrown = await see(
      app =>
        app.use(async () => {
          throw { code: 7 }
        }),
      'GET /',
    )
    assert.equal(thrown.span.error, 1)
    const plain = await see(
      app =>
        app.use(ctx => {
          ctx.status = 500
        }),
      'GET /',
    )
    assert.deepEqual([plain.span.error, plain.span.meta['error.type']], [1, undefined])
  })

  it('lets a rejection that nobody handles be one', async () => {
    const failed = new Error('card refused')
    const unhandled = new Promise(resolve => {
      const listeners = process.listeners('unhandledRejection')
      process.removeAllListeners('unhandledRejection')
      process.once('unhandledRejection', error => {
        for (const listener of listeners) process.on('unhandledRejection', listener)
        resolve(error)
      })
    })
    const { status } = await see(
      app =>
        app
          .use((ctx, next) => {
            next()
            ctx.body = 'ok'
          })
          .use(async () => {
            throw failed
          }),
      'GET /',
    )
    assert.equal(status, 200)
    assert.equal(await unhandled, failed)
  })

  it('has the span active in middleware, after awaits and in streams', async () => {
    const seen: [string, string | undefined][] = []
    const hear = (name: string) => void seen.push([name, activeSpan()?.toSpanId(true)])
    const { span, text } = await see(
      app =>
        app
          .use(async (_ctx, next) => {
            hear('before')
            await new Promise(resolve => setImmediate(resolve))
            await next()
            hear('after')
          })
          .use(async ctx => {
            await null
            hear('inner')
            ctx.body = Readable.from(
              (function* () {
                hear('stream')
                yield 'a'
              })(),
            )
            ctx.res.on('finish', () => hear('finish'))
          }),
      'GET /',
    )
    assert.equal(text, 'a')
    assert.deepEqual(
      seen.map(([name]) => name),
      ['before', 'inner', 'after', 'stream', 'finish'],
    )
    assert.deepEqual(new Set(seen.map(([, id]) => id)), new Set([span.spanId]))
  })

  it('records the status that the application has sent by itself', async () => {
    const { status, span } = await see(
      app =>
        app.use(ctx => {
          ctx.respond = false
          ctx.res.writeHead(202).end('raw')
        }),
      'GET /raw',
    )
    assert.deepEqual([status, span.meta['http.status_code']], [202, '202'])
  })

  it('leaves the application as it is', async () => {
    let kept: Middleware[] = []
    const { span } = await see(app => {
      app.use(first).use(ok)
      kept = app.middleware
      app.callback()
      assert.equal(app.middleware, kept)
      assert.deepEqual(Object.keys(app).filter(key => key === 'middleware').length, 1)
      app.use(ctx => assert.equal(ctx.app, app))
    }, 'GET /')
    assert.equal(span.error, 0)
    assert.equal(kept[0], first)
    assert.equal(kept[1], ok)
    const app = new Koa()
    assert.throws(() => app.use('x' as never), TypeError)
    app.middleware.push('x' as never)
    assert.throws(() => app.callback(), /Middleware must be composed of functions/)
  })
})

function ok(ctx: Context): void {
  ctx.body = 'ok'
}

async function first(_ctx: Context, next: Next): Promise<void> {
  await next()
}
