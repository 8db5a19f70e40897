/** Fastify: names, routes, errors and context of requests, in every version that there is a set of. */

import assert from 'node:assert/strict'
import diagnostics from 'node:diagnostics_channel'
import { request, type Server } from 'node:http'
import { Readable } from 'node:stream'
import { after, afterEach, before, describe, it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { NO_PARENT } from '../../test/support/collect'
import { RawClient } from '../../test/support/web-server'
import { type AskOptions, type WebShop, webShop } from '../../test/support/web-shop'
import express from '../express/index'
import router from '../router/index'
import fastify from './index'

type Handler = (request: Request, reply: Reply, next: (error?: unknown) => void) => unknown

interface Request {
  params: Record<string, string>
  raw: { url: string }
}

interface Reply {
  raw: import('node:http').ServerResponse
  statusCode: number
  send(payload?: unknown): Reply
  code(status: number): Reply
  hijack?(): void
  callNotFound(): void
  redirect(...args: unknown[]): void
}

interface App {
  server: Server
  ready(): Promise<unknown>
  close(): Promise<void>
  register(plugin: unknown, options?: object): App
  addHook(name: string, hook: (...args: never[]) => unknown): App
  setErrorHandler(handler: (error: Error, request: Request, reply: Reply) => unknown): App
  setNotFoundHandler(handler: Handler): App
  use(...args: unknown[]): App
  get(path: string, ...args: unknown[]): App
  post(path: string, ...args: unknown[]): App
  route(options: object): App
  all(path: string, handler: Handler): App
  inject(options: object): Promise<{ statusCode: number; payload: string }>
  printRoutes(options?: object): string
  [name: symbol]: unknown
}

for (const set of librarySets('fastify')) {
  describe(set.label, () => {
    let shop: WebShop
    let make: (options?: object) => App
    let middie: unknown

    before(async () => {
      await installLibraries([set])
      shop = webShop([fastify, express, router])
      make = set.require('fastify') as typeof make
      middie = set.require(Object.keys(set.versions)[1])
    })
    afterEach(() => shop.collector.assertEmpty())
    after(() => shop.stop())

    async function open(build: (app: App) => unknown, options?: object) {
      const app = make(options)
      await build(app)
      await app.ready()
      return shop.open(app.server)
    }

    async function see(build: (app: App) => unknown, line: string, more = 0, options?: AskOptions) {
      return shop.see(await open(build), line, more, options)
    }

    it('names the request after the framework and its route', async () => {
      const { span, text } = await see(
        app => app.get('/users/:id', (req: Request) => Promise.resolve(req.params)),
        'GET /users/7?a=b',
      )
      assert.equal(text, '{"id":"7"}')
      assert.deepEqual(
        [span.name, span.service, span.resource, span.type, span.error],
        ['fastify.request', 'shop', 'GET /users/:id', 'web', 0],
      )
      assert.equal(span.meta.component, 'fastify')
      assert.equal(span.meta['_dd.integration'], 'fastify')
      assert.equal(span.meta['span.kind'], 'server')
      assert.equal(span.meta['http.route'], '/users/:id')
      assert.equal(span.meta['http.status_code'], '200')
    })

    const routes: [string, (app: App) => unknown, string, string][] = [
      ['of a prefix', app => app.register(plugin, { prefix: '/v1/:tenant' }), 'GET /v1/a/x', '/v1/:tenant/x'],
      [
        'of prefixes within prefixes',
        app =>
          app.register(
            (outer: App, _options: object, done: () => void) => {
              outer.register(plugin, { prefix: '/in' })
              done()
            },
            { prefix: '/out' },
          ),
        'GET /out/in/x',
        '/out/in/x',
      ],
      ['with a wildcard', app => app.get('/files/*', ok), 'GET /files/a/b', '/files/*'],
      ['with an expression', app => app.get('/n/:id(^\\d+$)', ok), 'GET /n/12', '/n/:id(^\\d+$)'],
      ['with several parameters in a segment', app => app.get('/at/:h-:m', ok), 'GET /at/1-2', '/at/:h-:m'],
      ['of the root', app => app.get('/', ok), 'GET /', '/'],
      ['for all methods', app => app.all('/any', ok), 'DELETE /any', '/any'],
      ['for HEAD', app => app.route({ method: 'HEAD', url: '/h', handler: ok }), 'HEAD /h', '/h'],
      ['for OPTIONS', app => app.route({ method: 'OPTIONS', url: '/o', handler: ok }), 'OPTIONS /o', '/o'],
    ]
    for (const [name, build, line, route] of routes) {
      it(`knows a route ${name}`, async () => {
        const { span, status } = await see(build, line)
        assert.equal(status, 200)
        assert.equal(span.resource, `${line.split(' ')[0]} ${route}`)
        assert.equal(span.meta['http.route'], route)
      })
    }

    it('knows no route of what is not found', async () => {
      for (const build of [
        () => {},
        (app: App) => app.setNotFoundHandler((_req, reply) => reply.code(404).send('no')),
        (app: App) => app.get('/known', ok),
      ]) {
        const { span, status } = await see(build, 'GET /unknown')
        assert.equal(status, 404)
        assert.equal(span.name, 'fastify.request')
        assert.equal(span.resource, 'GET')
        assert.equal(span.meta['http.route'], undefined)
        assert.equal(span.error, 0)
      }
    })

    it('knows the route of what a hook or a raw response answers', async () => {
      for (const build of [
        (app: App) => {
          app.addHook('onRequest', ((_req: Request, reply: Reply) => reply.code(401).send('who')) as never)
          app.get('/a/:b', ok)
        },
        (app: App) =>
          app.get('/a/:b', (_req: Request, reply: Reply) => {
            if (reply.hijack === undefined) Object.assign(reply, { sent: true })
            else reply.hijack()
            reply.raw.end('raw')
          }),
        (app: App) => app.get('/a/:b', (_req: Request, reply: Reply) => reply.callNotFound()),
      ]) {
        const { span } = await see(build, 'GET /a/1')
        assert.equal(span.resource, 'GET /a/:b')
      }
    })

    class PaymentError extends Error {
      override name = 'PaymentError'
    }
    const failed = new PaymentError('card refused')
    const failures: [string, (app: App) => unknown][] = [
      ['that a handler throws', app => app.get('/', fail)],
      [
        'that a handler rejects with',
        app =>
          app.get('/', async () => {
            await null
            throw failed
          }),
      ],
      ['that a handler sends', app => app.get('/', (_req: Request, reply: Reply) => reply.send(failed))],
      [
        'that a handler sends later',
        app =>
          app.get('/', (_req: Request, reply: Reply) => {
            setImmediate(() => reply.send(failed))
          }),
      ],
      [
        'that a hook passes on',
        app => {
          app.addHook('onRequest', ((_req: Request, _reply: Reply, next: (error: Error) => void) =>
            next(failed)) as never)
          app.get('/', ok)
        },
      ],
      [
        'that a hook rejects with',
        app => {
          app.addHook('preHandler', (async () => {
            throw failed
          }) as never)
          app.get('/', ok)
        },
      ],
      [
        'for which the application has a handler',
        app => {
          app.setErrorHandler((_error, _req, reply) => reply.code(503).send('sorry'))
          app.get('/', fail)
        },
      ],
    ]
    function fail(): never {
      throw failed
    }
    for (const [name, build] of failures) {
      it(`records an error ${name}`, async () => {
        const { span, status } = await see(build, 'GET /')
        assert.ok(status >= 500)
        assert.equal(span.error, 1)
        assert.equal(span.meta['error.type'], 'PaymentError')
        assert.equal(span.meta['error.message'], 'card refused')
        assert.equal(span.meta['error.stack'], failed.stack)
        assert.equal(span.resource, 'GET /')
      })
    }

    it('records no error that is answered with a status below 500', async () => {
      for (const build of [
        (app: App) =>
          app.get('/', () => {
            throw Object.assign(new Error('no'), { statusCode: 404 })
          }),
        (app: App) =>
          app
            .setErrorHandler((_error, _req, reply) => reply.code(200).send('fine'))
            .get('/', fail as Handler),
        (app: App) =>
          app.get(
            '/',
            {
              schema: {
                querystring: { type: 'object', required: ['q'], properties: { q: { type: 'string' } } },
              },
            },
            ok,
          ),
      ]) {
        const { span, status } = await see(build, 'GET /')
        assert.ok(status < 500)
        assert.equal(span.error, 0)
        assert.equal(span.meta['error.type'], undefined)
      }
    })

    it('records what is no Error, and a 500 without one', async () => {
      const thrown = await see(
        app =>
          app.get('/', async () => {
            throw { code: 7 }
          }),
        'GET /',
      )
      assert.equal(thrown.span.error, 1)
      assert.equal(thrown.span.meta['error.type'], 'Object')
      const plain = await see(
        app => app.get('/', (_req: Request, reply: Reply) => reply.code(500).send('no')),
        'GET /',
      )
      assert.equal(plain.span.error, 1)
      assert.equal(plain.span.meta['error.type'], undefined)
    })

    it('has the span active in hooks, handlers, streams and after awaits', async () => {
      const seen: [string, string | undefined][] = []
      const hear = (name: string) => () => void seen.push([name, activeSpan()?.toSpanId(true)])
      const hooks = ['onRequest', 'preParsing', 'preValidation', 'preHandler', 'preSerialization', 'onSend']
      const { span } = await see(
        app => {
          for (const hook of hooks) {
            app.addHook(hook, (async () => {
              hear(hook)()
              await null
            }) as never)
          }
          app.addHook('onResponse', (async () => hear('onResponse')()) as never)
          app.post('/', async () => {
            hear('handler')()
            await new Promise(resolve => setImmediate(resolve))
            hear('await')()
            return { done: true }
          })
        },
        'POST /',
        0,
        { body: '{"a":1}', headers: { 'content-type': 'application/json' } },
      )
      assert.deepEqual(
        seen.map(([name]) => name),
        [
          'onRequest',
          'preParsing',
          'preValidation',
          'preHandler',
          'handler',
          'await',
          ...hooks.slice(4),
          'onResponse',
        ],
      )
      assert.deepEqual(new Set(seen.map(([, id]) => id)), new Set([span.spanId]))
    })

    it('ends with the stream that a handler sends', async () => {
      const { span, text } = await see(
        app =>
          app.get('/stream', (_req: Request, reply: Reply) => {
            reply.send(Readable.from(['a', 'b', 'c']))
          }),
        'GET /stream',
      )
      assert.equal(text, 'abc')
      assert.equal(span.resource, 'GET /stream')
    })

    it('keeps requests of one connection, and those at the same time, apart', async () => {
      const server = await open(app => {
        app.get('/slow/:id', async () => {
          await new Promise(resolve => setImmediate(resolve))
          return activeSpan()?.toSpanId(true)
        })
      })
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
      assert.ok(kept.every(span => span.resource === 'GET /slow/:id' && span.parentId === NO_PARENT))
    })

    it('ends the span of a request that the client gave up', async () => {
      let came = (): void => {}
      const arrived = new Promise<void>(resolve => {
        came = resolve
      })
      const server = await open(app => {
        app.get('/never/:id', () => {
          came()
        })
      })
      const sent = request({ host: '127.0.0.1', port: server.port, path: '/never/1', agent: false })
      sent.on('error', () => {})
      sent.end()
      await arrived
      sent.destroy()
      const [span] = await shop.collector.take(1)
      assert.equal(span.resource, 'GET /never/:id')
    })

    it('has no span for what does not come through a server', async () => {
      const app = make()
      app.get('/a', ok)
      const { statusCode } = await app.inject({ method: 'GET', url: '/a' })
      assert.equal(statusCode, 200)
    })

    it('has a span for each middleware when it is asked to', async () => {
      function first(_req: unknown, _res: unknown, next: () => void): void {
        next()
      }
      const build = async (app: App) => {
        await app.register(middie)
        app.use(first)
        app.use('/a', (_req: unknown, _res: unknown, next: () => void) => void setImmediate(next))
        app.use('/b', first)
        app.get('/a/:id', ok)
      }
      assert.equal((await see(build, 'GET /a/1')).span.resource, 'GET /a/:id')
      shop.collector.registry.use('fastify', { middleware: true })
      const { span, others } = await see(build, 'GET /a/1', 2)
      shop.collector.registry.use('fastify', true)
      assert.equal(span.resource, 'GET /a/:id')
      assert.deepEqual(
        others.map(each => [each.name, each.resource, each.parentId, each.type, each.meta['span.kind']]),
        [
          ['fastify.middleware', 'first', span.spanId, '', undefined],
          ['fastify.middleware', '<anonymous>', span.spanId, '', undefined],
        ],
      )
    })

    it('records the error that a middleware passes on', async () => {
      shop.collector.registry.use('fastify', { middleware: true })
      const { span, others } = await see(
        async app => {
          await app.register(middie)
          app.use(function guard(_req: unknown, _res: unknown, next: (error: Error) => void) {
            next(failed)
          })
          app.get('/', ok)
        },
        'GET /',
        1,
      )
      shop.collector.registry.use('fastify', true)
      assert.equal(span.meta['error.message'], 'card refused')
      assert.deepEqual([others[0].resource, others[0].error], ['guard', 1])
    })

    it('stays the one who handles the request with an Express application inside', async () => {
      const inner = require('express')()
      inner.get('/shop/:item', (_req: unknown, res: { send(text: string): void }) => res.send('item'))
      const build = async (app: App) => {
        await app.register(middie)
        app.use(inner)
        app.get('/a/:id', ok)
      }
      const express = await see(build, 'GET /shop/1')
      assert.deepEqual([express.span.name, express.span.resource], ['fastify.request', 'GET /shop/:item'])
      const own = await see(build, 'GET /a/1')
      assert.deepEqual([own.span.name, own.span.resource], ['fastify.request', 'GET /a/:id'])
    })

    it('leaves what the application sees as it is', async () => {
      const look = async () => {
        const seen: unknown[] = []
        const app = make()
        app.addHook('onRoute', ((route: { handler: unknown }) => seen.push(route.handler === ok)) as never)
        app.setErrorHandler((_error, _req, reply) => {
          seen.push(reply.statusCode)
          reply.send('sorry')
        })
        app.get('/', ok)
        app.get('/fail', fail)
        await app.ready()
        await shop.see(await shop.open(app.server), 'GET /fail')
        seen.push(app.printRoutes({ includeHooks: true }), diagnostics.hasSubscribers(START))
        return seen
      }
      const traced = await look()
      shop.collector.registry.use('fastify', false)
      const plain = await look()
      shop.collector.registry.use('fastify', true)
      assert.deepEqual(traced, plain)
      assert.equal(traced.at(-1), false)
    })

    it('is not there when it is switched off', async () => {
      const server = await open(app => app.get('/a/:b', ok))
      shop.collector.registry.use('fastify', false)
      const { span } = await shop.see(server, 'GET /a/1')
      shop.collector.registry.use('fastify', true)
      assert.deepEqual([span.name, span.resource], ['web.request', 'GET'])
      const { span: again } = await shop.see(server, 'GET /a/1')
      assert.deepEqual([again.name, again.resource], ['fastify.request', 'GET /a/:b'])
    })

    it('takes itself back', async () => {
      const reply = set.require('fastify/lib/reply') as { prototype: { send: object } }
      const findMyWay = set.require('find-my-way') as { prototype: { on: object } }
      const wrapped = [reply.prototype.send, findMyWay.prototype.on]
      await shop.stop()
      const originals = wrapped.map(fn => (fn as { __original: unknown }).__original)
      assert.deepEqual([reply.prototype.send, findMyWay.prototype.on], originals)
      shop = webShop([fastify, express, router])
    })
  })
}

const START = 'tracing:fastify.request.handler:start'

function ok(_request: unknown, reply: Reply): void {
  reply.send('ok')
}

function plugin(app: App, _options: object, done: () => void): void {
  app.get('/x', ok)
  done()
}
