/** Express: which errors end up on the span of a request. */

import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { openShop, type Shop, VERSIONS } from '../../test/support/express-apps'

class PaymentError extends Error {
  override name = 'PaymentError'
}

const failed = new PaymentError('card refused')

for (const version of VERSIONS) {
  describe(`errors of express ${version}`, () => {
    let shop: Shop
    let environment: string | undefined

    before(() => {
      // The default handler prints what it answers, but in production and in tests.
      environment = process.env.NODE_ENV
      process.env.NODE_ENV = 'test'
      shop = openShop(version)
    })
    afterEach(() => shop.collector.assertEmpty())
    after(() => {
      if (environment === undefined) delete process.env.NODE_ENV
      else process.env.NODE_ENV = environment
      shop.stop()
    })

    async function spanOf(build: Parameters<Shop['ask']>[0]) {
      const [{ span, status }] = await shop.ask(build, 'GET /pay/1')
      assert.equal(span.meta['http.status_code'], String(status))
      return span
    }

    const thrown: RequestHandler = () => {
      throw failed
    }
    const passed: RequestHandler = (_req, _res, next) => next(failed)
    const later: RequestHandler = (_req, _res, next) => void setImmediate(() => next(failed))
    const rejected: RequestHandler = async () => {
      await null
      throw failed
    }
    const answer =
      (status: number): ErrorRequestHandler =>
      (_error, _req, res, _next) =>
        void res.status(status).send('sorry')

    const ways: [string, RequestHandler][] = [
      ['is thrown', thrown],
      ['is passed to next', passed],
      ['is passed to next later', later],
      ...(version === 5 ? ([['is rejected with', rejected]] as [string, RequestHandler][]) : []),
    ]
    for (const [way, handler] of ways) {
      it(`records an error that ${way}, wherever that happens`, async () => {
        const places: Parameters<Shop['ask']>[0][] = [
          app => app.get('/pay/:id', handler),
          app => app.use('/pay', handler),
          app => app.use('/pay', shop.express.Router().get('/:id', handler)),
          app => app.use('/pay', shop.express().get('/:id', handler)),
          app => app.get('/pay/:id', (_req, _res, next) => next(), handler, thrown),
          app => app.get('/pay/:id', handler).use(answer(500)),
          app =>
            app
              .get('/pay/:id', handler)
              .use(((error, _req, _res, next) => next(error)) as ErrorRequestHandler),
        ]
        for (const build of places) {
          const span = await spanOf(build)
          assert.equal(span.error, 1)
          assert.equal(span.meta['error.type'], 'PaymentError')
          assert.equal(span.meta['error.message'], 'card refused')
          assert.equal(span.meta['error.stack'], failed.stack)
          assert.equal(span.meta['http.status_code'], '500')
        }
      })
    }

    it('keeps the route of a handler that failed', async () => {
      const span = await spanOf(app => app.get('/pay/:id', thrown))
      assert.equal(span.resource, 'GET /pay/:id')
    })

    it('records an error of a parameter handler', async () => {
      const span = await spanOf(app => {
        app.param('id', (_req, _res, next) => next(failed))
        app.get('/pay/:id', (_req, res) => void res.send('unreached'))
      })
      assert.equal(span.meta['error.type'], 'PaymentError')
    })

    it('records no error that was answered with a status below 500', async () => {
      for (const build of [
        (app: ReturnType<Shop['express']>) => app.get('/pay/:id', thrown).use(answer(400)),
        (app: ReturnType<Shop['express']>) =>
          app.get('/pay/:id', (_req, _res, next) => next(Object.assign(new Error('no'), { status: 404 }))),
      ]) {
        const span = await spanOf(build)
        assert.equal(span.error, 0)
        assert.equal(span.meta['error.type'], undefined)
      }
    })

    it('records what is no Error', async () => {
      const span = await spanOf(app =>
        app.get('/pay/:id', () => {
          throw 'just text'
        }),
      )
      assert.equal(span.error, 1)
      assert.equal(span.meta['error.type'], 'string')
      assert.equal(span.meta['error.message'], 'just text')
      const object = await spanOf(app => app.get('/pay/:id', (_req, _res, next) => next({ code: 7 })))
      assert.equal(object.error, 1)
      assert.equal(object.meta['error.type'], 'Object')
    })

    it('records the last of several errors', async () => {
      const span = await spanOf(app => {
        app.get('/pay/:id', (_req, _res, next) => next(new Error('first')))
        app.use(((_error, _req, _res, next) => next(failed)) as ErrorRequestHandler)
      })
      assert.equal(span.meta['error.message'], 'card refused')
    })

    it('marks a 500 without an error', async () => {
      const span = await spanOf(app => app.get('/pay/:id', (_req, res) => void res.sendStatus(500)))
      assert.equal(span.error, 1)
      assert.equal(span.meta['error.type'], undefined)
    })

    it('takes next("route") and next("router") for no errors', async () => {
      const span = await spanOf(app => {
        const router = shop.express.Router()
        router.get('/:id', (_req, _res, next) => next('route'))
        router.use((_req, _res, next) => next('router'))
        app.use('/pay', router)
        app.use((_req, res) => void res.sendStatus(503))
      })
      assert.equal(span.error, 1)
      assert.equal(span.meta['error.type'], undefined)
    })

    it('answers in production as before', async () => {
      process.env.NODE_ENV = 'production'
      const log = console.error
      const printed = new Promise<unknown[]>(resolve => {
        console.error = (...args: unknown[]) => resolve(args)
      })
      try {
        const [{ text, status, span }] = await shop.ask(app => app.get('/pay/:id', thrown), 'GET /pay/1')
        assert.equal(status, 500)
        assert.match(text, /Internal Server Error/)
        assert.equal(span.meta['error.message'], 'card refused')
        assert.match(String(await printed), /card refused/)
      } finally {
        console.error = log
        process.env.NODE_ENV = 'test'
      }
    })
  })
}
