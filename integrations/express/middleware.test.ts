/** Express: spans of middleware, where these are switched on. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, afterEach, before, describe, it } from 'node:test'
import type { ErrorRequestHandler, NextFunction, Request, Response } from 'express'
import { activeSpan } from '../../src/trace/context'
import type { PlainSpan } from '../../test/support/collect'
import { openShop, type Shop, VERSIONS } from '../../test/support/express-apps'
import { listen } from '../../test/support/web-server'

for (const version of VERSIONS) {
  describe(`middleware of express ${version}`, () => {
    let shop: Shop

    before(() => {
      shop = openShop(version, { DD_TRACE_MIDDLEWARE_TRACING_ENABLED: 'true' })
    })
    afterEach(() => shop.collector.assertEmpty())
    after(() => shop.stop())

    /** The request's span and those of the middleware that `build` added. */
    async function spansOf(
      build: (app: ReturnType<Shop['express']>) => void,
      count: number,
    ): Promise<{ request: PlainSpan; middleware: PlainSpan[] }> {
      const app = shop.express()
      build(app)
      const server = await listen(createServer(app))
      await (await fetch(`${server.url}/a`)).text()
      // Express 4 has two of its own.
      const own = version === 4 ? 2 : 0
      const spans = await shop.collector.take(count + own + 1)
      await server.close()
      const [request, ...middleware] = spans
      assert.equal(request.name, 'express.request')
      for (const span of middleware) {
        assert.equal(span.name, 'express.middleware')
        assert.equal(span.type, '')
        assert.equal(span.meta.component, 'express')
        assert.equal(span.meta['span.kind'], undefined)
        assert.equal(span.metrics['_dd.measured'], undefined)
        assert.equal(span.traceId, request.traceId)
      }
      return { request, middleware: middleware.slice(own) }
    }

    function first(_req: Request, _res: Response, next: NextFunction): void {
      next()
    }

    it('has one for each, named after the function', async () => {
      let inside: (string | undefined)[] = []
      const { request, middleware } = await spansOf(app => {
        app.use(first)
        app.use((_req, _res, next) => {
          inside = [activeSpan()?.toSpanId(true)]
          setImmediate(next)
        })
        app.get('/a', function answer(_req, res) {
          inside.push(activeSpan()?.toSpanId(true))
          res.send('ok')
        })
      }, 3)
      assert.deepEqual(
        middleware.map(span => span.resource),
        ['first', '<anonymous>', 'answer'],
      )
      assert.ok(middleware.every(span => span.parentId === request.spanId && span.error === 0))
      assert.deepEqual(inside, [middleware[1].spanId, middleware[2].spanId])
    })

    it('nests those of a router in that of the router', async () => {
      const { middleware } = await spansOf(app => {
        const inner = shop.express.Router()
        inner.use(first)
        inner.get('/', (_req, res) => void res.send('ok'))
        app.use('/a', inner)
      }, 3)
      const [router, ...inner] = middleware
      assert.equal(router.resource, 'router')
      assert.ok(inner.every(span => span.parentId === router.spanId))
    })

    it('tells the error that one throws or passes on', async () => {
      for (const fail of [
        () => {
          throw new RangeError('far')
        },
        (_req: Request, _res: Response, next: NextFunction) => next(new RangeError('far')),
      ]) {
        const { request, middleware } = await spansOf(app => {
          app.use(first)
          app.use(fail)
          app.use(first)
          app.use(function sorry(_error, _req, res, _next) {
            res.status(500).send('sorry')
          } as ErrorRequestHandler)
        }, 3)
        assert.deepEqual(
          middleware.map(span => [span.resource === 'fail' ? '' : span.resource, span.meta['error.type']]),
          [
            ['first', undefined],
            [middleware[1].resource, 'RangeError'],
            ['sorry', undefined],
          ],
        )
        assert.equal(middleware[1].error, 1)
        assert.equal(request.meta['error.message'], 'far')
      }
    })

    it('tells that next was called again', async () => {
      const { request } = await spansOf(app => {
        app.use(function twice(_req, _res, next) {
          next()
          next(new Error('again'))
        })
        app.get('/a', (_req, res) => void setImmediate(() => res.send('ok')))
        app.use(((_error, _req, _res, _next) => {}) as ErrorRequestHandler)
      }, 3)
      const [event] = JSON.parse(request.meta.events)
      assert.equal(event.name, 'middleware.next_called_again')
      assert.deepEqual(event.attributes, { 'middleware.name': 'twice', with_error: true })
    })

    it('ends with the response where next is not called', async () => {
      const { request, middleware } = await spansOf(app => {
        app.use(first)
        app.use((_req, res) => void res.send('ok'))
      }, 2)
      const [ended, answered, whole] = [...middleware, request].map(span => span.startMs + span.durationMs)
      assert.ok(ended <= answered)
      assert.ok(answered <= whole)
    })

    it('has none when an option says so', async () => {
      for (const name of ['express', 'router']) shop.collector.registry.use(name, { middleware: false })
      const app = shop.express()
      app.use(first)
      app.get('/a', (_req, res) => void res.send('ok'))
      const server = await listen(createServer(app))
      await (await fetch(`${server.url}/a`)).text()
      await server.close()
      const [span] = await shop.collector.take(1)
      assert.equal(span.name, 'express.request')
      for (const name of ['express', 'router']) shop.collector.registry.use(name, true)
    })
  })
}
