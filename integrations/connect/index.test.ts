/** Connect: names, routes, errors and context of requests, in every version that there is a set of. */

import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'
import { after, afterEach, before, describe, it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { NO_PARENT } from '../../test/support/collect'
import { RawClient } from '../../test/support/web-server'
import { type WebShop, webShop } from '../../test/support/web-shop'
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

for (const set of librarySets('connect')) {
  describe(set.label, () => {
    let shop: WebShop
    let create: () => App

    before(async () => {
      await installLibraries([set])
      shop = webShop([connect, express, router], { NODE_ENV: 'test' })
      create = set.require('connect') as typeof create
    })
    afterEach(() => shop.collector.assertEmpty())
    after(() => shop.stop())

    function open(build: (app: App) => unknown) {
      const app = create()
      build(app)
      return shop.open(createServer(app as never))
    }

    async function see(build: (app: App) => unknown, line: string, more = 0) {
      return shop.see(await open(build), line, more)
    }

    it('names the request after the framework and the path of what answers it', async () => {
      const { span, text } = await see(app => app.use('/users', ok), 'GET /users/7?a=b')
      assert.equal(text, 'ok')
      assert.deepEqual(
        [span.name, span.service, span.resource, span.type, span.error],
        ['connect.request', 'shop', 'GET /users', 'web', 0],
      )
      assert.equal(span.meta.component, 'connect')
      assert.equal(span.meta['_dd.integration'], 'connect')
      assert.equal(span.meta['span.kind'], 'server')
      assert.equal(span.meta['http.route'], '/users')
      assert.match(span.meta['http.url'], /\/users\/7\?a=b$/)
    })

    const within = (inner: (app: App) => unknown) => {
      const app = create()
      inner(app)
      return app
    }
    const routes: [string, (app: App) => unknown, string, string | undefined][] = [
      ['none at the root', app => app.use(ok), 'GET /a', undefined],
      ['as it was mounted', app => app.use('/Api/', ok), 'GET /api/x', '/Api'],
      ['with what others passed on', app => app.use('/a', pass).use('/a/b', ok), 'GET /a/b/c', '/a/b'],
      ['of the root behind it', app => app.use('/a', pass).use(ok), 'GET /a', undefined],
      [
        'of an application in another',
        app => app.use('/in', within(inner => inner.use('/x', ok)) as never),
        'HEAD /in/x/y',
        '/in/x',
      ],
      [
        'of an application three deep, after two others',
        app =>
          app
            .use('/in', within(inner => inner.use('/x', pass)) as never)
            .use('/in', within(inner => inner.use('/y', ok)) as never)
            .use('/in', within(inner => inner.use(within(last => last.use('/z', later)) as never)) as never),
        'GET /in/z',
        '/in/z',
      ],
      ['of a server', app => app.use('/s', createServer(ok) as never), 'GET /s/1', '/s'],
    ]
    for (const [name, build, line, route] of routes) {
      it(`knows a route ${name}`, async () => {
        const { span, status } = await see(build, line)
        assert.equal(status, 200)
        const [method] = line.split(' ')
        assert.equal(span.resource, route === undefined ? method : `${method} ${route}`)
        assert.equal(span.meta['http.route'], route)
      })
    }

    it('knows no route of what is not found', async () => {
      for (const build of [
        () => {},
        (app: App) => app.use('/a', pass),
        (app: App) => app.use('/a', within(inner => inner.use('/b', pass)) as never),
      ]) {
        const { span, status } = await see(build, 'GET /a/b')
        assert.equal(status, 404)
        assert.deepEqual([span.name, span.resource, span.error], ['connect.request', 'GET', 0])
      }
    })

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
        const { span } = await shop.see(await shop.open(createServer(app)), `GET ${path}`)
        assert.deepEqual([span.name, span.resource], [`${name}.request`, `GET ${route}`])
      }
    })

    const failed = new RangeError('card refused')
    const sorry = (_error: unknown, _req: Request, res: Response, _next: Next): void => {
      res.statusCode = 503
      res.end('sorry')
    }
    const failures: [string, (app: App) => unknown, number][] = [
      ['that is thrown', app => app.use('/pay', raise), 500],
      ['that is thrown and answered', app => app.use('/pay', raise).use(sorry), 503],
      ['that is passed on', app => app.use('/pay', refuse), 500],
      ['that is passed on later', app => app.use('/pay', refuseLater).use(sorry), 503],
      ['of an application inside', app => app.use('/pay', within(inner => inner.use(raise)) as never), 500],
    ]
    function refuse(_req: Request, _res: Response, next: Next): void {
      next(failed)
    }
    function refuseLater(_req: Request, _res: Response, next: Next): void {
      setImmediate(next, failed)
    }
    function raise(): never {
      throw failed
    }
    for (const [name, build, expected] of failures) {
      it(`records an error ${name}`, async () => {
        const { span, status } = await see(build, 'GET /pay')
        assert.equal(status, expected)
        assert.deepEqual(
          [span.error, span.resource, span.meta['error.type'], span.meta['error.message']],
          [1, 'GET /pay', 'RangeError', 'card refused'],
        )
        assert.equal(span.meta['error.stack'], failed.stack)
      })
    }

    it('records no error that is answered with a status below 500', async () => {
      for (const build of [
        (app: App) => app.use(raise).use(((_error, _req, res, _next) => ok(_req, res)) as typeof sorry),
        (app: App) =>
          app.use(() => {
            throw Object.assign(new Error('no'), { status: 403 })
          }),
      ]) {
        const { span, status } = await see(build, 'GET /')
        assert.ok(status < 500)
        assert.deepEqual([span.error, span.meta['error.type']], [0, undefined])
      }
    })

    it('has a span for each middleware when it is asked to', async () => {
      shop.collector.registry.use('connect', { middleware: true })
      const { span, others } = await see(
        app =>
          app
            .use(function first(_req: Request, _res: Response, next: Next) {
              setImmediate(next)
            })
            .use('/b', pass)
            .use('/a', function broken() {
              throw failed
            })
            .use(function last(_error: unknown, _req: Request, res: Response, _next: Next) {
              ok(_req, res)
            }),
        'GET /a',
        3,
      )
      shop.collector.registry.use('connect', true)
      assert.deepEqual(
        others.map(each => [
          each.name,
          each.resource,
          each.parentId,
          each.type,
          each.meta['span.kind'],
          each.error,
        ]),
        [
          ['connect.middleware', 'first', span.spanId, '', undefined, 0],
          ['connect.middleware', 'broken', span.spanId, '', undefined, 1],
          ['connect.middleware', 'last', span.spanId, '', undefined, 0],
        ],
      )
      assert.equal(span.resource, 'GET /a')
    })

    it('gives all functions the same next, their arguments, and this', async () => {
      const seen: unknown[] = []
      const note: Handler = function (this: unknown, ...args: unknown[]) {
        seen.push([this === undefined || app.stack.includes(this as never), args.length, args[2]])
        ;(args[2] as Next)()
      }
      Object.defineProperty(note, 'length', { value: 3 })
      const app = within(each => each.use(note).use('/a', note).use(ok))
      await shop.see(await shop.open(createServer(app as never)), 'GET /a')
      const [[, , next]] = seen as [unknown, unknown, unknown][]
      assert.deepEqual(seen, [
        [true, 3, next],
        [true, 3, next],
      ])
      assert.equal(app.stack[0].handle, note)
    })

    it('uses functions that come, go and change while it serves', async () => {
      let app = create()
      const server = await open(each => {
        app = each
      })
      assert.equal((await shop.see(server, 'GET /a')).span.resource, 'GET')
      app.use('/a', ok)
      assert.equal((await shop.see(server, 'GET /a')).span.resource, 'GET /a')
      app.stack[0].handle = (_req: Request, res: Response) => res.end('other')
      assert.equal((await shop.see(server, 'GET /a')).text, 'other')
      app.stack = [{ route: '/b', handle: ok }]
      assert.equal((await shop.see(server, 'GET /b')).span.resource, 'GET /b')
      assert.equal((await shop.see(server, 'GET /a')).status, 404)
    })

    it('keeps requests of one connection, and those at the same time, apart', async () => {
      const server = await open(app =>
        app.use('/slow', (_req: Request, res: Response) => {
          setImmediate(() => res.end(activeSpan()?.toSpanId(true)))
        }),
      )
      const answers = await Promise.all([1, 2, 3, 4, 5].map(id => shop.ask(server, `GET /slow/${id}`)))
      const spans = await shop.collector.take(5)
      assert.deepEqual(answers.map(answer => answer.text).sort(), spans.map(span => span.spanId).sort())
      const client = await RawClient.open(server.port)
      for (let count = 1; count <= 3; count++) {
        client.send(`GET /slow/${count} HTTP/1.1\r\nHost: a\r\n\r\n`)
        await client.until('200 OK', count)
      }
      client.socket.destroy()
      const kept = await shop.collector.take(3)
      assert.ok(kept.every(span => span.resource === 'GET /slow' && span.parentId === NO_PARENT))
    })

    it('ends the span of a request that the client gave up', async () => {
      let came = (): void => {}
      const promise = new Promise<void>(resolve => {
        came = resolve
      })
      const server = await open(app => app.use('/never', () => came()))
      const sent = request({ host: '127.0.0.1', port: server.port, path: '/never/1', agent: false })
      sent.on('error', () => {})
      sent.end()
      await promise
      sent.destroy()
      const [span] = await shop.collector.take(1)
      assert.equal(span.resource, 'GET /never')
    })

    it('is not there when it is switched off, and takes itself back', async () => {
      const app = within(each => each.use('/a', ok))
      const server = await shop.open(createServer(app as never))
      shop.collector.registry.use('connect', false)
      const { span } = await shop.see(server, 'GET /a')
      shop.collector.registry.use('connect', true)
      assert.deepEqual([span.name, span.resource], ['web.request', 'GET'])
      assert.equal((await shop.see(server, 'GET /a')).span.name, 'connect.request')
      assert.equal(app.handle.__datadog_patch, true)
      await shop.stop()
      assert.equal(app.handle.__datadog_patch, undefined)
      const plain = set.require('connect') as typeof create
      assert.notEqual(plain, create)
      assert.equal(app.handle, plain().handle)
      shop = webShop([connect, express, router])
      create = set.require('connect') as typeof create
    })
  })
}

function ok(_req: Request, res: Response): void {
  res.end('ok')
}

function later(_req: Request, res: Response): void {
  setImmediate(() => res.end('ok'))
}

function pass(_req: Request, _res: Response, next: Next): void {
  next()
}
