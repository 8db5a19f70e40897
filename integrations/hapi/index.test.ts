/** hapi: names, routes, errors and context of requests, in every version that there is a set of. */

import assert from 'node:assert/strict'
import { request, type Server } from 'node:http'
import { Readable } from 'node:stream'
import { after, afterEach, before, describe, it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { type AskOptions, type WebShop, webShop } from '../../test/support/web-shop'
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
  initialize(): Promise<void>
  ext(event: string, method: (request: Request, h: Toolkit) => unknown): void
  route(options: object): void
  register(plugin: object, options?: object): Promise<void>
  inject(url: string): Promise<{ statusCode: number }>
}

for (const set of librarySets('hapi')) {
  describe(set.label, () => {
    let shop: WebShop
    let create: (options?: object) => HapiServer

    before(async () => {
      await installLibraries([set])
      shop = webShop([hapi])
      create = (set.require('@hapi/hapi') as { server: typeof create }).server
    })
    afterEach(() => shop.collector.assertEmpty())
    after(() => shop.stop())

    async function open(build: (server: HapiServer) => unknown) {
      const server = create({ debug: false })
      await build(server)
      await server.initialize()
      return shop.open(server.listener)
    }

    async function see(build: (server: HapiServer) => unknown, line: string, options?: AskOptions) {
      return shop.see(await open(build), line, 0, options)
    }

    const get = (path: string, handler: unknown = ok) => ({ method: 'GET', path, handler })

    it('names the request after the framework and its route', async () => {
      const { span, text } = await see(
        server => server.route(get('/users/{id}', (req: Request) => req.params)),
        'GET /users/7?a=b',
      )
      assert.equal(text, '{"id":"7"}')
      assert.deepEqual(
        [span.name, span.service, span.resource, span.type, span.error],
        ['hapi.request', 'shop', 'GET /users/{id}', 'web', 0],
      )
      assert.equal(span.meta.component, 'hapi')
      assert.equal(span.meta['_dd.integration'], 'hapi')
      assert.equal(span.meta['http.route'], '/users/{id}')
      assert.equal(span.meta['http.status_code'], '200')
    })

    const routes: [string, (server: HapiServer) => unknown, string, string][] = [
      [
        'of a prefix',
        server =>
          server.register(
            { name: 'users', register: (plugin: HapiServer) => plugin.route(get('/x')) },
            { routes: { prefix: '/v1' } },
          ),
        'GET /v1/x',
        '/v1/x',
      ],
      ['with a wildcard', server => server.route(get('/files/{path*}')), 'GET /files/a/b', '/files/{path*}'],
      [
        'with a part of a segment',
        server => server.route(get('/p/{name}.jpg')),
        'GET /p/a.jpg',
        '/p/{name}.jpg',
      ],
      ['asked for with HEAD', server => server.route(get('/h')), 'HEAD /h', '/h'],
      ['for all methods', server => server.route({ ...get('/any'), method: '*' }), 'DELETE /any', '/any'],
      ['of the application for all the rest', server => server.route(get('/{any*}')), 'GET /else', '/{any*}'],
    ]
    for (const [title, build, line, route] of routes) {
      it(`knows a route ${title}`, async () => {
        const { span, status } = await see(build, line)
        assert.equal(status, 200)
        assert.equal(span.resource, `${line.split(' ')[0]} ${route}`)
        assert.equal(span.meta['http.route'], route)
      })
    }

    it('knows no route of what is not found', async () => {
      const { span, status } = await see(() => {}, 'GET /unknown')
      assert.equal(status, 404)
      assert.deepEqual([span.name, span.resource, span.error], ['hapi.request', 'GET', 0])
    })

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

    class PaymentError extends Error {
      override name = 'PaymentError'
    }
    const failed = () => new PaymentError('card refused')
    const failures: [string, (server: HapiServer) => unknown][] = [
      [
        'that a handler throws',
        server =>
          server.route(
            get('/', () => {
              throw failed()
            }),
          ),
      ],
      [
        'that a handler rejects with',
        server =>
          server.route(
            get('/', async () => {
              await null
              throw failed()
            }),
          ),
      ],
      ['that a handler returns', server => server.route(get('/', () => failed()))],
      [
        'that an extension throws',
        server => {
          server.ext('onPreHandler', () => {
            throw failed()
          })
          server.route(get('/'))
        },
      ],
      [
        'in whose place the application answers',
        server => {
          server.ext('onPreResponse', (req, h) =>
            req.response.isBoom ? h.response('sorry').code(503) : h.continue,
          )
          server.route(get('/', () => Promise.reject(failed())))
        },
      ],
    ]
    for (const [title, build] of failures) {
      it(`records an error ${title}`, async () => {
        const { span, status } = await see(build, 'GET /')
        assert.ok(status >= 500)
        assert.equal(span.error, 1)
        assert.equal(span.meta['error.type'], 'PaymentError')
        assert.match(span.meta['error.message'], /card refused/)
        assert.match(span.meta['error.stack'], /failed/)
        assert.equal(span.resource, 'GET /')
      })
    }

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
                const output = { statusCode: status, payload: { message: 'boom' }, headers: {} }
                throw Object.assign(new Error('boom'), {
                  isBoom: true,
                  isServer: status >= 500,
                  output,
                  reformat() {},
                })
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
      const events = [
        'onRequest',
        'onPreAuth',
        'onPostAuth',
        'onPreHandler',
        'onPostHandler',
        'onPreResponse',
      ]
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
        { body: '{"a":1}', headers: { 'content-type': 'application/json' } },
      )
      assert.deepEqual(
        seen.map(([title]) => title),
        [...events.slice(0, 4), 'handler', 'await', ...events.slice(4), 'stream'],
      )
      assert.deepEqual(new Set(seen.map(([, id]) => id)), new Set([span.spanId]))
    })

    it('keeps requests at the same time apart', async () => {
      const server = await open(hapiServer =>
        hapiServer.route(
          get('/{id}', async () => {
            await new Promise(resolve => setImmediate(resolve))
            return activeSpan()?.toSpanId(true)
          }),
        ),
      )
      const answers = await Promise.all([1, 2, 3, 4, 5].map(id => shop.ask(server, `GET /${id}`)))
      const spans = await shop.collector.take(5)
      assert.deepEqual(answers.map(answer => answer.text).sort(), spans.map(span => span.spanId).sort())
    })

    it('ends the span of a request that the client gave up', async () => {
      let came = (): void => {}
      const arrived = new Promise<void>(resolve => {
        came = resolve
      })
      const server = await open(hapiServer =>
        hapiServer.route(
          get('/never/{id}', () => {
            came()
            return new Promise(() => {})
          }),
        ),
      )
      const sent = request({ host: '127.0.0.1', port: server.port, path: '/never/1', agent: false })
      sent.on('error', () => {})
      sent.end()
      await arrived
      sent.destroy()
      const [span] = await shop.collector.take(1)
      assert.equal(span.resource, 'GET /never/{id}')
    })

    it('has no span for what does not come through a server', async () => {
      const server = create({ debug: false })
      server.route(get('/a'))
      assert.equal((await server.inject('/a')).statusCode, 200)
    })

    it('is not there when it is switched off, and takes itself back', async () => {
      const server = await open(hapiServer => hapiServer.route(get('/a')))
      shop.collector.registry.use('hapi', false)
      const { span } = await shop.see(server, 'GET /a')
      shop.collector.registry.use('hapi', true)
      assert.deepEqual([span.name, span.resource], ['web.request', 'GET'])
      assert.equal((await shop.see(server, 'GET /a')).span.name, 'hapi.request')
      const { prototype } = set.require('@hapi/hapi/lib/request') as {
        prototype: Record<string, { __original: unknown }>
      }
      const names = ['_execute', '_lookup', '_setResponse']
      const originals = names.map(each => prototype[each].__original)
      assert.ok(originals.every(original => typeof original === 'function'))
      await shop.stop()
      assert.deepEqual(
        names.map(each => prototype[each]),
        originals,
      )
      shop = webShop([hapi])
    })
  })
}

function ok(): string {
  return 'ok'
}
