/** Express: the route that a request's span is named after. */

import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { openShop, type Shop, VERSIONS } from '../../test/support/express-apps'

for (const version of VERSIONS) {
  describe(`routes of express ${version}`, () => {
    let shop: Shop

    before(() => {
      shop = openShop(version)
    })
    afterEach(() => shop.collector.assertEmpty())
    after(() => shop.stop())

    /** Checks status and resource of each request. */
    async function check(build: Parameters<Shop['ask']>[0], expected: Record<string, [number, string]>) {
      const requests = Object.keys(expected)
      const answers = await shop.ask(build, ...requests)
      const got = Object.fromEntries(
        answers.map(({ status, span }, at) => [requests[at], [status, span.resource]]),
      )
      assert.deepEqual(got, expected)
      for (const { span } of answers) {
        const route = span.resource.split(' ').slice(1).join(' ')
        assert.equal(span.meta['http.route'], route === '' ? undefined : route)
      }
    }

    const everything = version === 4 ? '*' : '/*splat'

    it('knows routes of the application', () =>
      check(
        app => {
          app.get('/', (_req, res) => void res.send('home'))
          app.get('/users/:id', (_req, res) => void res.send('user'))
          app
            .route('/books')
            .get((_req, res) => void res.send('books'))
            .post((_req, res) => void res.send('new'))
          app.all('/any', (_req, res) => void res.send('any'))
        },
        {
          'GET /': [200, 'GET /'],
          'GET /users/7': [200, 'GET /users/:id'],
          'GET /users/7/': [200, 'GET /users/:id'],
          'HEAD /users/7': [200, 'HEAD /users/:id'],
          'GET /books': [200, 'GET /books'],
          'POST /books': [200, 'POST /books'],
          'PATCH /any': [200, 'PATCH /any'],
          'DELETE /books': [404, 'DELETE'],
          'GET /nothing': [404, 'GET'],
        },
      ))

    it('joins the paths of mounted routers', () =>
      check(
        app => {
          const posts = shop.express.Router({ mergeParams: true })
          posts.get('/', (_req, res) => void res.send('posts'))
          posts.get('/posts/:post', (_req, res) => void res.send('post'))
          const comments = shop.express.Router()
          comments.get('/:comment', (_req, res) => void res.send('comment'))
          posts.use('/posts/:post/comments/', comments)
          app.use('/users/:id', posts)
          app.use(posts)
        },
        {
          'GET /users/1': [200, 'GET /users/:id'],
          'GET /users/1/posts/2': [200, 'GET /users/:id/posts/:post'],
          'GET /users/1/posts/2/comments/3': [200, 'GET /users/:id/posts/:post/comments/:comment'],
          'GET /posts/2': [200, 'GET /posts/:post'],
          'GET /users/1/none': [404, 'GET'],
        },
      ))

    it('knows where a router was mounted twice, or in mounted applications', () =>
      check(
        app => {
          const items = shop.express.Router()
          items.get('/:item', (_req, res, next) => void (res.locals.pass ? next() : res.send('item')))
          app.use('/pass', (_req, res, next) => {
            res.locals.pass = true
            next()
          })
          app.use('/a', items)
          app.use('/b', items)
          const inner = shop.express()
          inner.get('/status', (_req, res) => void res.send('inner'))
          const innermost = shop.express()
          innermost.get('/:x', (_req, res) => void res.send('innermost'))
          inner.use('/deep/:er', innermost)
          app.use('/inner/:tenant', inner)
        },
        {
          'GET /a/1': [200, 'GET /a/:item'],
          'GET /b/1': [200, 'GET /b/:item'],
          'GET /inner/t/status': [200, 'GET /inner/:tenant/status'],
          'GET /inner/t/deep/e/x': [200, 'GET /inner/:tenant/deep/:er/:x'],
          'GET /inner/t/none': [404, 'GET'],
        },
      ))

    it('knows lists of paths and regular expressions', () =>
      check(
        app => {
          app.get(['/one', '/two/:x', ['/three']] as string[], (_req, res) => void res.send('list'))
          app.get(/^\/re(gex)?\/(\d+)$/, (_req, res) => void res.send('regex'))
          app.get(['/four', /^\/five/], (_req, res) => void res.send('mixed'))
          const inner = shop.express.Router()
          inner.get('/x', (_req, res) => void res.send('x'))
          inner.use(
            ['/p', '/q/:q'],
            shop.express.Router().get('/y', (_req, res) => void res.send('y')),
          )
          app.use(['/m', '/n/:n'], inner)
          app.use(/^\/z+/, inner)
        },
        {
          'GET /one': [200, 'GET /one'],
          'GET /two/2': [200, 'GET /two/:x'],
          'GET /three': [200, 'GET /three'],
          'GET /re/1': [200, 'GET (/^\\/re(gex)?\\/(\\d+)$/)'],
          'GET /four': [200, 'GET /four'],
          'GET /fiver': [200, 'GET (/^\\/five/)'],
          'GET /m/x': [200, 'GET /m/x'],
          'GET /n/1/x': [200, 'GET /n/:n/x'],
          'GET /m/p/y': [200, 'GET /m/p/y'],
          'GET /n/1/q/2/y': [200, 'GET /n/:n/q/:q/y'],
          'GET /zz/x': [200, 'GET (/^\\/z+/)/x'],
        },
      ))

    it('takes the route that answers, not those that pass', () =>
      check(
        app => {
          app.use((_req, _res, next) => next())
          app.get('/users/:identifier', (_req, _res, next) => next())
          app.get(
            '/users/me',
            (_req, _res, next) => next('route'),
            () => assert.fail(),
          )
          app.get('/users/:id', (_req, res) => void res.send('user'))
          const inner = shop.express.Router()
          inner.get('/a', (_req, _res, next) => next('router'))
          inner.get('/a', () => assert.fail())
          app.use('/inner', inner)
          app.get('/inner/:x', (_req, res) => void res.send('outer'))
          app.get('/gone', (_req, _res, next) => next())
        },
        {
          'GET /users/me': [200, 'GET /users/:id'],
          'GET /inner/a': [200, 'GET /inner/:x'],
          'GET /gone': [404, 'GET'],
        },
      ))

    it('lets no wildcard hide a route', () =>
      check(
        app => {
          app.all(everything, (_req, _res, next) => next())
          app.get('/users/:id', (req, res, next) => void (req.params.id === '1' ? res.send('user') : next()))
          app.get(everything, (_req, res) => void res.send('page'))
        },
        {
          'GET /users/1': [200, 'GET /users/:id'],
          'GET /users/2': [200, 'GET /users/:id'],
          'GET /else': [200, version === 4 ? 'GET' : 'GET /*splat'],
        },
      ))

    it('names what a mounted middleware answers', () =>
      check(
        app => {
          app.use('/static/:kind', (_req, res) => void res.send('file'))
          app.use((_req, res) => void res.status(404).send('sorry'))
        },
        { 'GET /static/js/a.js': [200, 'GET /static/:kind'], 'GET /other': [404, 'GET'] },
      ))

    it('answers OPTIONS by itself, without a route', () =>
      check(
        app => {
          app.get('/users/:id', (_req, res) => void res.send('user'))
          app.options('/mine', (_req, res) => void res.send('options'))
        },
        { 'OPTIONS /users/1': [200, 'OPTIONS'], 'OPTIONS /mine': [200, 'OPTIONS /mine'] },
      ))

    it('knows the route when the parameter was handled', () =>
      check(
        app => {
          app.param('id', (_req, _res, next) => setImmediate(next))
          app.get('/users/:id', (_req, res) => void res.send('user'))
        },
        { 'GET /users/1': [200, 'GET /users/:id'] },
      ))

    it('keeps a route that the application named', async () => {
      const [{ span }] = await shop.ask(
        app =>
          app.get('/users/:id', (_req, res) => {
            require('../../src/trace/context').activeSpan().setTag('resource.name', 'mine')
            res.send('user')
          }),
        'GET /users/1',
      )
      assert.equal(span.resource, 'mine')
      assert.equal(span.meta['http.route'], '/users/:id')
    })
  })
}
