/** Express: the application sees the same with the tracer and without it. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, afterEach, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import type { ErrorRequestHandler, NextFunction, Request, Response } from 'express'
import { activeSpan } from '../../src/trace/context'
import { openShop, type Shop, VERSIONS } from '../../test/support/express-apps'
import { listen } from '../../test/support/web-server'

for (const version of VERSIONS) {
  describe(`what an application of express ${version} sees`, () => {
    let shop: Shop

    before(() => {
      shop = openShop(version)
    })
    afterEach(() => shop.collector.assertEmpty())
    after(() => shop.stop())

    it('gives handlers the next of the router itself, their own this and their arguments', async () => {
      const seen: Record<string, unknown> = {}
      const [{ text }] = await shop.ask(app => {
        app.use(function (this: unknown, req: Request, _res: Response, next: NextFunction) {
          seen.use = [req.next === next, this === undefined, arguments.length, next.name, next.length]
          next()
        })
        app.get('/a', (req, res, next) => {
          seen.route = [req.next === next, next.name, next.length]
          res.format({
            text: (_req: Request, _res: Response, inner: NextFunction) => {
              seen.format = inner === req.next
              next(new Error('on'))
            },
          })
        })
        app.use(((error, req, res, next) => {
          seen.error = [req.next === next, error.message]
          res.send('done')
        }) as ErrorRequestHandler)
      }, 'GET /a')
      assert.equal(text, 'done')
      assert.deepEqual(seen, {
        use: [true, true, 3, 'next', 1],
        // A route has a next of its own.
        route: [false, 'next', 1],
        format: true,
        error: [true, 'on'],
      })
    })

    it('keeps handlers, their stack and what they print as they are', async () => {
      function handler(_req: Request, res: Response): void {
        res.send('ok')
      }
      await shop.ask(app => {
        app.get('/a', handler)
        const { stack } = version === 4 ? app._router : app.router
        const layer = stack.at(-1)
        assert.equal(layer.route.stack[0].handle, handler)
        assert.equal(layer.route.stack[0].name, 'handler')
        assert.ok(!/tracer|place/i.test(inspect(layer, { showHidden: true })))
        assert.deepEqual(
          Object.getOwnPropertySymbols(layer).filter(symbol => /tracer/.test(String(symbol))),
          [],
        )
      }, 'GET /a')
    })

    it('lets a route be made without a method', async () => {
      const [{ status, span }] = await shop.ask(app => {
        const router = shop.express.Router()
        const route = router.route('/bare')
        assert.equal(route.path, '/bare')
        assert.equal(router.stack.length, 1)
        app.use(router)
      }, 'GET /bare')
      assert.equal(status, 404)
      assert.equal(span.resource, 'GET')
    })

    it('throws the errors of the framework for wrong arguments', () => {
      const router = shop.express.Router()
      assert.throws(() => router.use(), TypeError)
      assert.throws(() => router.use('/a', 'b' as never), TypeError)
      const { use } = router
      assert.throws(() => (use as (fn: () => void) => void)(() => {}), TypeError)
      assert.throws(() => shop.express()({} as Request, {} as Response, undefined as never))
    })

    it('returns what the framework returns', () => {
      const router = shop.express.Router()
      assert.equal(
        router.use((_req, _res, next) => next()),
        router,
      )
      assert.equal(
        router.get('/', () => {}),
        router,
      )
    })

    it('serves requests that did not come through an http server of ours', async () => {
      const app = shop.express()
      app.get('/a', (_req, res) => void res.send('ok'))
      const web = createServer(app)
      Object.assign(web, { [Symbol.for('tracer.untraced')]: true })
      const server = await listen(web)
      assert.equal(await (await fetch(`${server.url}/a`)).text(), 'ok')
      await server.close()
    })

    it('has the span active in handlers, after awaits and in error handlers', async () => {
      const seen: unknown[] = []
      const see = () => seen.push(activeSpan()?.toSpanId(true))
      const [{ span }] = await shop.ask(app => {
        app.use(shop.express.json())
        app.use((_req, _res, next) => {
          see()
          setTimeout(next, 1)
        })
        app.param('id', async (_req, _res, next) => {
          await null
          see()
          next()
        })
        app.get('/:id', async (_req, res, next) => {
          see()
          await new Promise(resolve => setImmediate(resolve))
          see()
          res.on('finish', see)
          next(new Error('x'))
        })
        app.use(((_error, _req, res, _next) => {
          see()
          res.send('x')
        }) as ErrorRequestHandler)
      }, 'GET /1')
      assert.deepEqual(seen, Array(6).fill(span.spanId))
    })

    it('ends the span of a stream at its end', async () => {
      let write = (_text: string): void => {}
      let finish = (): void => {}
      const app = shop.express()
      app.get('/events', (_req, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' })
        write = text => void res.write(`data: ${text}\n\n`)
        finish = () => void res.end()
        write('0')
      })
      const server = await listen(createServer(app))
      const response = await fetch(`${server.url}/events`)
      const reader = (response.body as ReadableStream<Uint8Array>).getReader()
      await reader.read()
      for (const text of ['1', '2']) {
        write(text)
        const { value } = await reader.read()
        assert.equal(Buffer.from(value as Uint8Array).toString(), `data: ${text}\n\n`)
        shop.collector.assertEmpty()
      }
      finish()
      const [span] = await shop.collector.take(1)
      assert.equal(span.resource, 'GET /events')
      await reader.cancel()
      await server.close()
    })
  })
}
