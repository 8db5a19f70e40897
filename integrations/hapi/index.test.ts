/** hapi: the contract of web frameworks, and its extensions, in every version of its sets. */

import assert from 'node:assert/strict'
import type { Server } from 'node:http'
import { Readable } from 'node:stream'
import { it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { webFrameworkContract } from '../../test/contracts/web/contract'
import type { Framework } from '../../test/contracts/web/framework'
import hapi from './index'

interface Request {
  path: string
  params: Record<string, string>
  response: { isBoom?: boolean }
  raw: { res: import('node:http').ServerResponse }
}

interface Toolkit {
  continue: symbol
  abandon: symbol
  response(value: unknown): { code(status: number): unknown; takeover(): unknown }
}

interface HapiServer {
  listener: Server
  version: string
  start(): Promise<void>
  ext(event: string, method: (request: Request, h: Toolkit) => unknown): void
  route(options: object): void
  register(plugin: object, options?: object): Promise<void>
  inject(url: string): Promise<{ statusCode: number }>
}

const get = (path: string, handler: unknown = ok) => ({ method: 'GET', path, handler })
type Create = (options?: object) => HapiServer

let create: Create

const hapiFramework: Framework<HapiServer> = {
  integration: hapi,
  load(set) {
    create = (set.require('@hapi/hapi') as { server: Create }).server
  },
  async serve(_set, build) {
    // A server that has not been started keeps no connection alive.
    const server = create({ debug: false, host: '127.0.0.1', port: 0 })
    await build(server)
    await server.start()
    return server.listener
  },
  answer: (server, reply) => server.route(get('/users/{id}', (req: Request) => reply(req.params.id))),
  wait: (server, arrived) =>
    server.route(
      get('/users/{id}', () => {
        arrived()
        return new Promise(() => {})
      }),
    ),
  route: '/users/{id}',
  routes: () => [
    [
      'of a prefix',
      server =>
        server.register(
          { name: 'users', register: (plugin: HapiServer) => plugin.route(get('/x')) },
          { routes: { prefix: '/v1' } },
        ),
      'GET /v1/x',
      'GET /v1/x',
    ],
    [
      'with a wildcard',
      server => server.route(get('/files/{path*}')),
      'GET /files/a/b',
      'GET /files/{path*}',
    ],
    [
      'with a part of a segment',
      server => server.route(get('/p/{name}.jpg')),
      'GET /p/a.jpg',
      'GET /p/{name}.jpg',
    ],
    ['asked for with HEAD', server => server.route(get('/h')), 'HEAD /h', 'HEAD /h'],
    [
      'for all methods',
      server => server.route({ ...get('/any'), method: '*' }),
      'DELETE /any',
      'DELETE /any',
    ],
    [
      'of the application for all the rest',
      server => server.route(get('/{any*}')),
      'GET /else',
      'GET /{any*}',
    ],
  ],
  unknown: [() => {}, server => server.route(get('/known'))],
  failures: () => [
    {
      title: 'that a handler throws',
      build: (server, error) =>
        server.route(
          get('/pay', () => {
            throw error
          }),
        ),
      status: 500,
    },
    {
      title: 'that a handler rejects with',
      build: (server, error) =>
        server.route(
          get('/pay', async () => {
            await null
            throw error
          }),
        ),
      status: 500,
    },
    {
      title: 'that a handler returns',
      build: (server, error) => server.route(get('/pay', () => error)),
      status: 500,
    },
    {
      title: 'that an extension throws',
      build(server, error) {
        server.ext('onPreHandler', () => {
          throw error
        })
        server.route(get('/pay'))
      },
      status: 500,
    },
    {
      title: 'in whose place the application answers',
      build(server, error) {
        server.ext('onPreResponse', (req, h) =>
          req.response.isBoom ? h.response('sorry').code(503) : h.continue,
        )
        server.route(get('/pay', () => Promise.reject(error)))
      },
      status: 503,
    },
  ],
  accepted: [
    (server, error) =>
      server.route(
        get('/pay', () => {
          throw boom(error, 404)
        }),
      ),
  ],
  wrapped(set) {
    const { prototype } = set.require('@hapi/hapi/lib/request') as { prototype: Record<string, object> }
    return ['_execute', '_lookup', '_setResponse'].map(name => prototype[name])
  },
}

/** Makes an error of the class that hapi makes of all errors. */
function boom(error: Error, statusCode: number): Error {
  const output = { statusCode, payload: { message: 'boom' }, headers: {} }
  return Object.assign(error, { isBoom: true, isServer: statusCode >= 500, output, reformat() {} })
}

webFrameworkContract(hapiFramework, ({ see }) => {
  it('knows the route of what is answered before or beside its handler', async () => {
    for (const build of [
      (server: HapiServer) => {
        server.ext('onPreAuth', (_req, h) => h.response('who').takeover())
        server.route(get('/a/{b}'))
      },
      (server: HapiServer) =>
        server.route(
          get('/a/{b}', (req: Request, h: Toolkit) => {
            req.raw.res.end('raw')
            return h.abandon
          }),
        ),
    ]) {
      assert.equal((await see(build, 'GET /a/1')).span.resource, 'GET /a/{b}')
    }
    const early = await see(server => {
      server.ext('onRequest', (_req, h) => h.response('first').takeover())
      server.route(get('/a'))
    }, 'GET /a')
    assert.deepEqual([early.text, early.span.name, early.span.resource], ['first', 'hapi.request', 'GET'])
  })

  it('records a Boom only when its status is an error', async () => {
    for (const [status, error] of [
      [400, 0],
      [404, 0],
      [500, 1],
      [502, 1],
    ] as const) {
      const answer = await see(
        server =>
          server.route(
            get('/', () => {
              throw boom(new Error('boom'), status)
            }),
          ),
        'GET /',
      )
      assert.equal(answer.status, status)
      assert.equal(answer.span.error, error)
      assert.equal(answer.span.meta['error.message'], error === 1 ? 'boom' : undefined)
    }
  })

  it('has the span active in extensions, handlers, streams and after awaits', async () => {
    const seen: [string, string | undefined][] = []
    const hear = (title: string) => void seen.push([title, activeSpan()?.toSpanId(true)])
    const events = ['onRequest', 'onPreAuth', 'onPostAuth', 'onPreHandler', 'onPostHandler', 'onPreResponse']
    const { span } = await see(
      server => {
        for (const event of events) {
          server.ext(event, async (_req, h) => {
            await null
            hear(event)
            return h.continue
          })
        }
        server.route({
          method: 'POST',
          path: '/',
          handler: async () => {
            hear('handler')
            await new Promise(resolve => setImmediate(resolve))
            hear('await')
            return Readable.from(
              (function* () {
                hear('stream')
                yield 'a'
              })(),
              { objectMode: false },
            )
          },
        })
      },
      'POST /',
      0,
      { body: '{"a":1}', headers: { 'content-type': 'application/json' } },
    )
    assert.deepEqual(
      seen.map(([title]) => title),
      [...events.slice(0, 4), 'handler', 'await', ...events.slice(4), 'stream'],
    )
    assert.deepEqual(new Set(seen.map(([, id]) => id)), new Set([span.spanId]))
  })

  it('has no span for what does not come through a server', async () => {
    const server = create({ debug: false })
    server.route(get('/a'))
    assert.equal((await server.inject('/a')).statusCode, 200)
  })
})

function ok(): string {
  return 'ok'
}
