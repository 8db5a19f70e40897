/** Frameworks on an HTTP/2 server: they name the request as they do over HTTP/1. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http2'
import { after, afterEach, before, it } from 'node:test'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { type Collector, collect } from '../../test/support/collect'
import { type Http2Connection, http2Connection } from '../../test/support/http2'
import fastify from '../fastify/index'
import koa from '../koa/index'
import http2 from './index'

interface Koa {
  silent: boolean
  use(middleware: unknown): Koa
  callback(): (req: object, res: object) => void
}

interface Router {
  get(path: string, handler: (ctx: { body: unknown }) => unknown): Router
  routes(): unknown
}

interface Fastify {
  get(path: string, handler: () => unknown): Fastify
  ready(): Promise<unknown>
  close(): Promise<unknown>
  server: ReturnType<typeof createServer>
}

let collector: Collector
let connection: Http2Connection

before(async () => {
  collector = collect([http2, koa, fastify])
  collector.registry.use('http2', { client: false })
})
afterEach(async () => {
  await connection.close()
  collector.assertEmpty()
})
after(() => collector.stop())

/** Asks for a route, for what fails and for what is not there. */
async function seen() {
  await connection.ask('GET /users/7?a=b')
  await connection.ask('GET /fail')
  await connection.ask('GET /none')
  return (await collector.take(3)).map(({ name, resource, error, meta }) => [
    name,
    resource,
    meta['http.status_code'],
    error,
    meta['error.type'],
  ])
}

function rowsOf(framework: string): unknown[] {
  return [
    [`${framework}.request`, 'GET /users/:id', '200', 0, undefined],
    [`${framework}.request`, 'GET /fail', '500', 1, 'RangeError'],
    [`${framework}.request`, 'GET', '404', 0, undefined],
  ]
}

function fail(): never {
  throw new RangeError('too far')
}

it('koa', async () => {
  const set = librarySets('koa').at(-1)
  assert.ok(set !== undefined)
  await installLibraries([set])
  const app = new (set.require('koa') as new () => Koa)()
  app.silent = true
  const loaded = set.require('@koa/router') as { Router?: new () => Router }
  const router = new ((loaded.Router ?? loaded) as new () => Router)()
  router.get('/users/:id', ctx => {
    ctx.body = 'ok'
  })
  app.use(router.get('/fail', fail).routes())
  connection = await http2Connection(createServer(app.callback()))
  assert.deepEqual(await seen(), rowsOf('koa'))
})

it('fastify', async () => {
  const set = librarySets('fastify').at(-1)
  assert.ok(set !== undefined)
  await installLibraries([set])
  const make = set.require('fastify') as (options: object) => Fastify
  const app = make({ http2: true })
  app.get('/users/:id', () => 'ok').get('/fail', fail)
  await app.ready()
  connection = await http2Connection(app.server)
  assert.deepEqual(await seen(), rowsOf('fastify'))
})
