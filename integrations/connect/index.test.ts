/** Connect: the contract of web frameworks, and applications within applications, in every version of its sets. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { it } from 'node:test'
import { webFrameworkContract } from '../../test/contracts/web/contract'
import type { Framework } from '../../test/contracts/web/framework'
import express from '../express/index'
import router from '../router/index'
import connect from './index'

type Request = import('node:http').IncomingMessage
type Response = import('node:http').ServerResponse
type Next = (error?: unknown) => void
type Handler = ((req: Request, res: Response, next: Next) => unknown) | ((...args: never[]) => unknown)

interface App {
  (req: Request, res: Response, next?: Next): void
  handle: ((...args: unknown[]) => void) & { __datadog_patch?: boolean }
  stack: { route: string; handle: Handler }[]
  use(path: string | Handler, handler?: Handler): App
}

let create: () => App

const within = (inner: (app: App) => unknown): App => {
  const app = create()
  inner(app)
  return app
}

const connectFramework: Framework<App> = {
  integration: connect,
  others: [express, router],
  env: { NODE_ENV: 'test' },
  load(set) {
    create = set.require('connect') as typeof create
  },
  serve: (_set, build) => createServer(within(build) as never),
  answer: (app, reply) =>
    app.use('/users', async (req: Request, res: Response) =>
      res.end(await reply(String(req.url).split(/[/?]/)[1])),
    ),
  wait: (app, arrived) => app.use('/users', () => arrived()),
  route: '/users',
  routes: () => [
    ['at the root: none', app => app.use(ok), 'GET /a', 'GET'],
    ['as it was mounted', app => app.use('/Api/', ok), 'GET /api/x', 'GET /Api'],
    ['with what others passed on', app => app.use('/a', pass).use('/a/b', ok), 'GET /a/b/c', 'GET /a/b'],
    ['of the root behind it: none', app => app.use('/a', pass).use(ok), 'GET /a', 'GET'],
    [
      'of an application in another',
      app => app.use('/in', within(inner => inner.use('/x', ok)) as never),
      'HEAD /in/x/y',
      'HEAD /in/x',
    ],
    [
      'of an application three deep, after two others',
      app =>
        app
          .use('/in', within(inner => inner.use('/x', pass)) as never)
          .use('/in', within(inner => inner.use('/y', ok)) as never)
          .use('/in', within(inner => inner.use(within(last => last.use('/z', later)) as never)) as never),
      'GET /in/z',
      'GET /in/z',
    ],
    ['of a server', app => app.use('/s', createServer(ok) as never), 'GET /s/1', 'GET /s'],
  ],
  unknown: [
    () => {},
    app => app.use('/unknown', pass),
    app => app.use('/unknown', within(inner => inner.use('/b', pass)) as never),
  ],
  failures: () => [
    { title: 'that is thrown', build: (app, error) => app.use('/pay', raising(error)), status: 500 },
    {
      title: 'that is thrown and answered',
      build: (app, error) => app.use('/pay', raising(error)).use(sorry),
      status: 503,
    },
    {
      title: 'that is passed on',
      build: (app, error) => app.use('/pay', (_req: Request, _res: Response, next: Next) => next(error)),
      status: 500,
    },
    {
      title: 'that is passed on later',
      build: (app, error) =>
        app
          .use('/pay', (_req: Request, _res: Response, next: Next) => void setImmediate(next, error))
          .use(sorry),
      status: 503,
    },
    {
      title: 'of an application inside',
      build: (app, error) => app.use('/pay', within(inner => inner.use(raising(error))) as never),
      status: 500,
    },
  ],
  accepted: [
    (app, error) =>
      app.use(raising(error)).use(((_error, _req, res, _next) => ok(_req, res)) as typeof sorry),
    (app, error) => app.use(raising(Object.assign(error, { status: 403 }))),
  ],
  middleware: () => ({
    build: (app, error, hear) =>
      app
        .use(function first(_req: Request, _res: Response, next: Next) {
          hear(0)
          setImmediate(next)
        })
        .use('/b', pass)
        .use('/users', function broken() {
          throw error
        })
        .use(function last(_error: unknown, _req: Request, res: Response, _next: Next) {
          ok(_req, res)
        }),
    spans: [
      ['first', 0],
      ['broken', 1],
      ['last', 0],
    ],
  }),
}

function raising(error: Error): () => never {
  return () => {
    throw error
  }
}

function sorry(_error: unknown, _req: Request, res: Response, _next: Next): void {
  res.statusCode = 503
  res.end('sorry')
}

webFrameworkContract(connectFramework, (place, set) => {
  it('knows the whole route of an Express application inside, and its own inside of one', async () => {
    const inner = require('express')()
    inner.get('/users/:id', ok)
    const outer = require('express')()
    outer.use(
      '/old/:version',
      within(app => app.use('/a', pass).use('/b', ok)),
    )
    outer.get('/old/:version/a', ok)
    for (const [app, path, name, route] of [
      [within(each => each.use('/api', inner)), '/api/users/7', 'connect', '/api/users/:id'],
      [outer, '/old/1/b', 'express', '/old/:version/b'],
      [outer, '/old/1/a', 'express', '/old/:version/a'],
    ] as const) {
      const { span } = await place.shop.see(await place.shop.open(createServer(app)), `GET ${path}`)
      assert.deepEqual([span.name, span.resource], [`${name}.request`, `GET ${route}`])
    }
  })

  it('gives all functions the same next, their arguments, and this', async () => {
    const seen: unknown[] = []
    const note: Handler = function (this: unknown, ...args: unknown[]) {
      seen.push([this === undefined || app.stack.includes(this as never), args.length, args[2]])
      ;(args[2] as Next)()
    }
    Object.defineProperty(note, 'length', { value: 3 })
    const app = within(each => each.use(note).use('/a', note).use(ok))
    await place.shop.see(await place.shop.open(createServer(app as never)), 'GET /a')
    const [[, , next]] = seen as [unknown, unknown, unknown][]
    assert.deepEqual(seen, [
      [true, 3, next],
      [true, 3, next],
    ])
    assert.equal(app.stack[0].handle, note)
  })

  it('uses functions that come, go and change while it serves', async () => {
    let app = create()
    const server = await place.open(each => {
      app = each
    })
    assert.equal((await place.shop.see(server, 'GET /a')).span.resource, 'GET')
    app.use('/a', ok)
    assert.equal((await place.shop.see(server, 'GET /a')).span.resource, 'GET /a')
    app.stack[0].handle = (_req: Request, res: Response) => res.end('other')
    assert.equal((await place.shop.see(server, 'GET /a')).text, 'other')
    app.stack = [{ route: '/b', handle: ok }]
    assert.equal((await place.shop.see(server, 'GET /b')).span.resource, 'GET /b')
    assert.equal((await place.shop.see(server, 'GET /a')).status, 404)
  })

  it('takes itself back from applications that exist', async () => {
    const app = within(each => each.use('/a', ok))
    await place.shop.see(await place.shop.open(createServer(app as never)), 'GET /a')
    assert.equal(app.handle.__datadog_patch, true)
    await place.restart(() => {
      assert.equal(app.handle.__datadog_patch, undefined)
      const plain = set.require('connect') as typeof create
      assert.notEqual(plain, create)
      assert.equal(app.handle, plain().handle)
    })
    create = set.require('connect') as typeof create
  })
})

function ok(_req: Request, res: Response): void {
  res.end('ok')
}

function later(_req: Request, res: Response): void {
  setImmediate(() => res.end('ok'))
}

function pass(_req: Request, _res: Response, next: Next): void {
  next()
}
