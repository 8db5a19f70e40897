/** Express as a web framework: the contract that all of these keep. */

import { createServer } from 'node:http'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import { webFrameworkContract } from '../../test/contracts/web/contract'
import router from '../router/index'
import express from './index'

type Create = (() => Express) & { Router(): Express }

let create: Create

const ok: RequestHandler = (_req, res) => void res.send('ok')
const sorry: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(503).send('sorry')

function raising(error: Error): RequestHandler {
  return () => {
    throw error
  }
}

webFrameworkContract<Express>({
  integration: express,
  others: [router],
  together: ['router'],
  env: { NODE_ENV: 'test' },
  load(set) {
    create = set.require('express') as Create
  },
  serve(_set, build) {
    const app = create()
    // The default handler prints what it answers, but in tests.
    app.set('env', 'test')
    build(app)
    return createServer(app)
  },
  answer: (app, reply) =>
    app.get('/users/:id', (req, res) => void reply(String(req.params.id)).then(text => res.send(text))),
  wait: (app, arrived) => app.get('/users/:id', () => arrived()),
  route: '/users/:id',
  routes: () => [
    ['of the root', app => app.get('/', ok), 'GET /', 'GET /'],
    ['asked for with HEAD', app => app.get('/h', (_req, res) => void res.end()), 'HEAD /h', 'HEAD /h'],
    ['for all methods', app => app.all('/any', ok), 'PUT /any', 'PUT /any'],
    [
      'of a router within the application',
      app => app.use('/users/:id', create.Router().get('/posts/:post', ok)),
      'GET /users/1/posts/2',
      'GET /users/:id/posts/:post',
    ],
  ],
  unknown: [() => {}, app => app.get('/known', ok), app => app.use((_req, _res, next) => next())],
  failures: () => [
    { title: 'that is thrown', build: (app, error) => app.get('/pay', raising(error)), status: 500 },
    {
      title: 'that is thrown and answered',
      build: (app, error) => app.get('/pay', raising(error)).use(sorry),
      status: 503,
    },
    {
      title: 'that is passed on later',
      build: (app, error) => app.get('/pay', (_req, _res, next) => void setImmediate(() => next(error))),
      status: 500,
    },
  ],
  accepted: [
    (app, error) => app.get('/pay', raising(Object.assign(error, { status: 404 }))),
    (app, error) =>
      app
        .get('/pay', raising(error))
        .use(((_error, _req, res, _next) => void res.status(400).send('no')) as ErrorRequestHandler),
  ],
})
