/** Fastify: the contract of web frameworks, and its hooks and middleware, in every version of its sets. */

import assert from 'node:assert/strict'
import diagnostics from 'node:diagnostics_channel'
import type { Server } from 'node:http'
import { Readable } from 'node:stream'
import { it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { webFrameworkContract } from '../../test/contracts/web/contract'
import type { Framework } from '../../test/contracts/web/framework'
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

let make: (options?: object) => App
let middie: unknown

const fastifyFramework: Framework<App> = {
  integration: fastify,
  others: [express, router],
  load(set) {
    make = set.require('fastify') as typeof make
    middie = set.require(Object.keys(set.versions)[1])
  },
  async serve(_set, build, options) {
    const app = make(options)
    await build(app)
    await app.ready()
    return app.server
  },
  answer: (app, reply) => app.get('/users/:id', (req: Request) => reply(req.params.id)),
  wait: (app, arrived) =>
    app.get('/users/:id', () => {
      arrived()
    }),
  route: '/users/:id',
  routes: () => [
    [
      'of a prefix',
      app => app.register(plugin, { prefix: '/v1/:tenant' }),
      'GET /v1/a/x',
      'GET /v1/:tenant/x',
    ],
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
      'GET /out/in/x',
    ],
    ['with a wildcard', app => app.get('/files/*', ok), 'GET /files/a/b', 'GET /files/*'],
    ['with an expression', app => app.get('/n/:id(^\\d+$)', ok), 'GET /n/12', 'GET /n/:id(^\\d+$)'],
    ['with several parameters in a segment', app => app.get('/at/:h-:m', ok), 'GET /at/1-2', 'GET /at/:h-:m'],
    ['of the root', app => app.get('/', ok), 'GET /', 'GET /'],
    ['for all methods', app => app.all('/any', ok), 'DELETE /any', 'DELETE /any'],
    ['for HEAD', app => app.route({ method: 'HEAD', url: '/h', handler: ok }), 'HEAD /h', 'HEAD /h'],
    [
      'for OPTIONS',
      app => app.route({ method: 'OPTIONS', url: '/o', handler: ok }),
      'OPTIONS /o',
      'OPTIONS /o',
    ],
  ],
  unknown: [
    () => {},
    app => app.setNotFoundHandler((_req, reply) => reply.code(404).send('no')),
    app => app.get('/known', ok),
  ],
  failures: () => [
    { title: 'that a handler throws', build: (app, error) => app.get('/pay', raising(error)), status: 500 },
    {
      title: 'that a handler rejects with',
      build: (app, error) => app.get('/pay', rejecting(error)),
      status: 500,
    },
    {
      title: 'that a handler sends',
      build: (app, error) => app.get('/pay', (_req: Request, reply: Reply) => reply.send(error)),
      status: 500,
    },
    {
      title: 'that a handler sends later',
      build: (app, error) =>
        app.get('/pay', (_req: Request, reply: Reply) => {
          setImmediate(() => reply.send(error))
        }),
      status: 500,
    },
    {
      title: 'that a hook passes on',
      build(app, error) {
        app.addHook('onRequest', ((_req: Request, _reply: Reply, next: (error: Error) => void) =>
          next(error)) as never)
        app.get('/pay', ok)
      },
      status: 500,
    },
    {
      title: 'that a hook rejects with',
      build: (app, error) => app.addHook('preHandler', rejecting(error)).get('/pay', ok),
      status: 500,
    },
    {
      title: 'for which the application has a handler',
      build: (app, error) =>
        app
          .setErrorHandler((_error, _req, reply) => reply.code(503).send('sorry'))
          .get('/pay', raising(error)),
      status: 503,
    },
  ],
  accepted: [
    (app, error) => app.get('/pay', raising(Object.assign(error, { statusCode: 404 }))),
    (app, error) =>
      app.setErrorHandler((_error, _req, reply) => reply.code(200).send('fine')).get('/pay', raising(error)),
    app => {
      const querystring = { type: 'object', required: ['q'], properties: { q: { type: 'string' } } }
      return app.get('/pay', { schema: { querystring } }, ok)
    },
  ],
  middleware: () => ({
    async build(app, _error, hear) {
      await app.register(middie)
      app.use(function first(_req: unknown, _res: unknown, next: () => void) {
        hear(0)
        next()
      })
      app.use('/users', (_req: unknown, _res: unknown, next: () => void) => void setImmediate(next))
      app.use('/b', (_req: unknown, _res: unknown, next: () => void) => next())
      app.get('/users/:id', ok)
    },
    spans: [
      ['first', 0],
      ['<anonymous>', 0],
    ],
  }),
  wrapped(set) {
    const reply = set.require('fastify/lib/reply') as { prototype: { send: object } }
    const findMyWay = set.require('find-my-way') as { prototype: { on: object } }
    return [reply.prototype.send, findMyWay.prototype.on]
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

webFrameworkContract(fastifyFramework, place => {
  const { see } = place

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

  it('has no span for what does not come through a server', async () => {
    const app = make()
    app.get('/a', ok)
    const { statusCode } = await app.inject({ method: 'GET', url: '/a' })
    assert.equal(statusCode, 200)
  })

  it('records the error that a middleware passes on', async () => {
    place.shop.collector.registry.use('fastify', { middleware: true })
    const { span, others } = await see(
      async app => {
        await app.register(middie)
        app.use(function guard(_req: unknown, _res: unknown, next: (error: Error) => void) {
          next(new Error('card refused'))
        })
        app.get('/', ok)
      },
      'GET /',
      1,
    )
    place.shop.collector.registry.use('fastify', true)
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
      app.get('/fail', raising(new Error('card refused')))
      await app.ready()
      await place.shop.see(await place.shop.open(app.server), 'GET /fail')
      seen.push(app.printRoutes({ includeHooks: true }), diagnostics.hasSubscribers(START))
      return seen
    }
    const traced = await look()
    place.shop.collector.registry.use('fastify', false)
    const plain = await look()
    place.shop.collector.registry.use('fastify', true)
    assert.deepEqual(traced, plain)
    assert.equal(traced.at(-1), false)
  })
})

const START = 'tracing:fastify.request.handler:start'

function ok(_request: unknown, reply: Reply): void {
  reply.send('ok')
}

function plugin(app: App, _options: object, done: () => void): void {
  app.get('/x', ok)
  done()
}
