/**
 * A session with Express: an application with many kinds of routes, hundreds of requests, and all that both ends see.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { ROOT } from './programs'
import { generator, SessionLog } from './session'
import { listen, RawClient } from './web-server'

// biome-ignore lint/suspicious/noExplicitAny: types of versions that differ
type Loose = any

const FILES = join(ROOT, 'integrations', 'express', 'fixtures')
const BODY = 'POST|PUT|PATCH'

/** Method and path; `BODY` gets one. `<old>` and `<new>` are for Express 4 and 5 alone. */
const REQUESTS = [
  'GET /',
  'HEAD /',
  'OPTIONS /users/1',
  'GET /users/7?a=1&a=2&b[c]=3',
  'POST /users/7',
  'PUT /users/7',
  'DELETE /users/7',
  'GET /users/7/posts/8/comments/9',
  'GET /users/none/posts/8',
  'GET /users/%E9',
  'GET /users/%zz',
  'GET /parameter/bad',
  'GET /parameter/late',
  'GET /regular/42/x',
  'GET /anything/at/all',
  'GET /sub/inner/1',
  'GET /sub/missing',
  'GET /SUB/INNER/1',
  'GET /chain',
  'GET /chain?skip=route',
  'GET /chain?skip=router',
  'GET /chain?fail=now',
  'GET /chain?fail=later',
  'GET /chain?fail=text',
  'GET /chain?fail=404',
  'GET /several/1',
  'GET /twice',
  'GET /json',
  'GET /jsonp?callback=take',
  'GET /redirect',
  'GET /back',
  'GET /status/204',
  'GET /status/304',
  'GET /status/503',
  'GET /cookies',
  'GET /format',
  'GET /render',
  'GET /render?wrong',
  'GET /file/app.cjs',
  'HEAD /file/app.cjs',
  'GET /file/none',
  'GET /file/../index.ts',
  'GET /download',
  'GET /stream',
  'GET /written',
  'GET /headers',
  'GET /static/app.mjs',
  'GET /static/',
  'GET /static/none.txt',
  'POST /echo',
  'PATCH /echo',
  'GET /events',
  'GET /early',
  'GET /handled/by/all',
  'REPORT /handled/by/all',
  'GET /unhandled',
  'GET /no/such/place',
  'TRACE /',
  'GET //double//slash',
  'GET /with%20space?q=%20',
  'GET /trailing/',
  'GET /late-headers',
  'GET http://elsewhere.test/absolute',
]

export async function expressSession(express: Loose, count: number): Promise<string[]> {
  const log = new SessionLog()
  looks(log, express)
  const app = application(log, express)
  const closed: Promise<unknown>[] = []
  const server = createServer((req, res) => {
    closed.push(new Promise(resolve => res.once('close', resolve)))
    watch(log, req, res)
    app(req, res)
  })
  server.on('clientError', (error: Loose, socket) => {
    log.see('clientError', error.code)
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  })
  const { port, close } = await listen(server)
  try {
    await requests(log, port, closed, count)
    await connections(log, port, closed)
  } finally {
    await close()
  }
  return log.lines
}

async function requests(
  log: SessionLog,
  port: number,
  closed: Promise<unknown>[],
  count: number,
): Promise<void> {
  const pick = generator(5)
  for (let step = 0; step < count; step++) {
    const request = REQUESTS[step < REQUESTS.length ? step : pick(REQUESTS.length)]
    const answer = await ask(port, request, step)
    log.see(step, request, plainAnswer(answer, port))
    await Promise.all(closed)
  }
}

function looks(log: SessionLog, express: Loose): void {
  const app = express()
  const router = express.Router()
  log.see('exports', express, Object.keys(express))
  for (const owner of [
    app,
    router,
    express.application,
    express.request,
    express.response,
    express.Route?.prototype,
  ]) {
    for (const name of Object.getOwnPropertyNames(owner ?? {}).sort()) {
      const found = Object.getOwnPropertyDescriptor(owner, name)
      if (typeof found?.value === 'function') log.see(name, found.value, found.enumerable, found.writable)
    }
  }
  log.see('prototypes', Object.getPrototypeOf(router) === express.Router, router.stack)
  const misuse: [string, ...unknown[]][] = [
    ['use'],
    ['use', '/path'],
    ['use', '/path', 'text'],
    ['use', []],
    ['get', '/path', undefined],
    ['get', '/path', [() => {}, 7]],
    ['all', '/path'],
    ['param', 'id'],
    ['param', 'id', 'text'],
    ['route'],
    ['engine', 'x'],
    ['render', 'none'],
  ]
  for (const [name, ...args] of misuse) {
    for (const object of [app, router]) {
      if (typeof object[name] !== 'function') continue
      try {
        const result = object[name](...args)
        log.see('misuse', name, result === object, typeof result)
      } catch (error) {
        log.see('misuse', name, error)
      }
    }
  }
}

/** Notes the order of what happens to a request, and what hangs on it. */
function watch(log: SessionLog, req: IncomingMessage, res: ServerResponse): void {
  log.see(
    'arrived',
    req.method,
    req.url,
    req.eventNames(),
    res.eventNames(),
    Object.keys(req),
    Object.keys(res),
  )
  for (const event of ['end', 'close', 'error']) req.on(event, () => log.see('req', event, req.destroyed))
  for (const event of ['finish', 'close', 'error', 'pipe', 'unpipe'])
    res.on(event, () => log.see('res', event, res.statusCode, res.headersSent, res.writableEnded))
}

function application(log: SessionLog, express: Loose): Loose {
  const app = express()
  const isOld = app.lazyrouter !== undefined
  app.set('x-powered-by', 'kept')
  app.set('views', FILES)
  app.engine('cjs', (path: string, options: Loose, done: (...args: unknown[]) => void) =>
    options.wrong ? done(new Error('engine')) : done(null, `rendered ${path.slice(FILES.length)}`),
  )
  app.set('view engine', 'cjs')
  /** A handler that notes how it is called. */
  const seeing = (what: string, handler: Loose) =>
    function (this: unknown, ...args: Loose[]) {
      const [req, , next] = args
      const { params, url, originalUrl, baseUrl, path, route } = req
      log.see(what, this === undefined, args.length, next?.name, next?.length, next === req.next)
      log.see(what, { ...params }, url, originalUrl, baseUrl, path, route?.path, route?.stack?.length)
      return handler.call(this, ...args)
    }
  const onwards = (_req: unknown, _res: unknown, next: () => unknown) => next()
  app.use(seeing('first', onwards))
  app.use(
    [seeing('array', onwards), [seeing('nested array', onwards)]],
    seeing('after array', (_req: unknown, _res: unknown, next: () => void) => setImmediate(next)),
  )
  app.use('/static', express.static(FILES, { index: false, etag: true, lastModified: false }))
  app.get(
    '/',
    seeing('root', (_req: Loose, res: Loose) => res.send('<p>root</p>')),
  )
  app.use('/users', users(express, seeing))
  app.param('kind', (req: Loose, _res: Loose, next: Loose, value: string, name: string) => {
    log.see('param', value, name, next.name, next.length)
    if (value === 'late') return setTimeout(next, 1)
    if (value === 'bad') return next(new Error('bad parameter'))
    req.kind = value
    next()
  })
  app.get('/parameter/:kind', (req: Loose, res: Loose) => res.json({ kind: req.kind }))
  app.get(
    /^\/regular\/(\d+)/,
    seeing('regular', (req: Loose, res: Loose) => res.json(req.params)),
  )
  app.get(
    isOld ? '/anything/*' : '/anything/*rest',
    seeing('wild', (req: Loose, res: Loose) => res.json(req.params)),
  )
  const sub = express()
  sub.on('mount', (parent: unknown) => log.see('mounted', parent === app, sub.mountpath, sub.path()))
  sub.get(
    '/inner/:id',
    seeing('sub', (req: Loose, res: Loose) => res.send(`${req.app === sub} ${req.baseUrl}`)),
  )
  app.use(['/sub', '/other'], sub)
  app.use(chain(express, seeing))
  app.get(
    ['/several/:a', '/multiple/:a'],
    [onwards, seeing('several', (_req: Loose, res: Loose) => res.send('several'))],
  )
  app.get('/twice', (_req: Loose, res: Loose, next: () => void) => {
    res.send('once')
    next()
  })
  answers(app, log)
  app.all(
    '/handled/by/all',
    seeing('all', (req: Loose, res: Loose) => res.send(req.method)),
  )
  app.post('/echo', (req: Loose, res: Loose) => req.pipe(res))
  app.patch('/echo', (req: Loose, res: Loose) => {
    let text = ''
    req.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    req.on('end', () => res.type('text').send(text.toUpperCase()))
  })
  const failed = (error: Loose, _req: Loose, res: Loose, next: Loose) => {
    log.see('error', error, next.name, next.length, res.headersSent)
    if (res.headersSent) return next(error)
    res.status(error.status ?? 500).send(String(error.message ?? error))
  }
  app.use((error: Loose, _req: Loose, _res: Loose, next: Loose) => next(error))
  app.use((error: Loose, req: Loose, res: Loose, next: Loose) =>
    req.path === '/unhandled' ? next(error) : failed(error, req, res, next),
  )
  app.set('env', 'test')
  log.see('stack', kinds(isOld ? app._router : app.router))
  return app
}

function kinds(router: Loose): unknown[] {
  return router.stack.map(({ name, handle, route, path, keys }: Loose) => [
    name,
    handle?.name,
    handle?.length,
    handle?.stack && kinds(handle),
    route && [route.path, route.methods, route.stack.map((each: Loose) => [each.name, each.method])],
    path,
    keys,
  ])
}

function users(express: Loose, seeing: (what: string, handler: Loose) => Loose): Loose {
  const router = express.Router({ caseSensitive: true })
  router
    .route('/:id')
    .all(seeing('every method', (_req: Loose, _res: Loose, next: () => void) => next()))
    .get(seeing('get', (req: Loose, res: Loose) => res.json({ id: req.params.id, query: req.query })))
    .post(
      seeing('post', (req: Loose, res: Loose) => req.resume().on('end', () => res.status(201).end('made'))),
    )
    .put(seeing('put', (_req: Loose, res: Loose) => res.sendStatus(202)))
  const posts = express.Router({ mergeParams: true })
  posts.get(
    '/:post',
    seeing('post', (req: Loose, res: Loose) => res.json(req.params)),
  )
  const comments = express.Router({ mergeParams: true })
  comments.get(
    '/:comment',
    seeing('comment', (req: Loose, res: Loose) => res.json([req.params, req.baseUrl])),
  )
  posts.use('/:post/comments', comments)
  router.use('/:id/posts', posts)
  return router
}

function chain(express: Loose, seeing: (what: string, handler: Loose) => Loose): Loose {
  const router = express.Router()
  router.get(
    '/chain',
    seeing('chain 1', (req: Loose, _res: Loose, next: (value?: unknown) => void) => {
      if (req.query.skip) return next(req.query.skip)
      const error = Object.assign(new Error('of the chain'), { code: 'E', status: 418 })
      if (req.query.fail === 'now') throw error
      if (req.query.fail === 'later') return void setTimeout(next, 1, error)
      if (req.query.fail === 'text') return next('only text')
      if (req.query.fail === '404') return next(Object.assign(new Error('not here'), { status: 404 }))
      process.nextTick(next)
    }),
    seeing('chain 2', (_req: Loose, res: Loose) => res.send('chain 2')),
  )
  router.get(
    '/chain',
    seeing('chain 3', (_req: Loose, res: Loose) => res.send('chain 3')),
  )
  router.use('/chain', (_error: Loose, _req: Loose, _res: Loose, next: Loose) => next(_error))
  return router
}

/** Every way to answer. */
function answers(app: Loose, log: SessionLog): void {
  const ways: Record<string, (req: Loose, res: Loose, next: Loose) => unknown> = {
    '/json': (_req, res) => res.json({ a: [1, null, 'ü'] }),
    '/jsonp': (_req, res) => res.jsonp({ a: 1 }),
    '/redirect': (_req, res) => res.redirect(301, '/json'),
    '/back': (_req, res) => res.location('/json').status(302).end(),
    '/status/:code': (req, res) => res.sendStatus(Number(req.params.code)),
    '/cookies': (_req, res) => res.cookie('a', 'b', { httpOnly: true }).clearCookie('c').send('cookies'),
    '/format': (req, res, next) => {
      const text = (_req: Loose, _res: Loose, inner: unknown) => {
        log.see('format', inner === next, inner === req.next)
        res.send('text')
      }
      return res.format({ text, html: () => res.send('<p>'), default: () => res.status(406).end() })
    },
    '/render': (req, res) => res.render('app', { wrong: 'wrong' in req.query }),
    '/file/:name': (req, res, next) =>
      res.sendFile(req.params.name, { root: FILES, lastModified: false }, (error: Loose) => {
        log.see('sent', error?.code, error?.status)
        if (error) next(error)
      }),
    '/download': (_req, res) =>
      res.download(join(FILES, 'app.mjs'), 'named.mjs', () => log.see('downloaded')),
    '/stream': (_req, res) => Readable.from(['a', 'b', 'c']).pipe(res),
    '/written': (_req, res) => {
      res.set({ 'X-Mine': 'yes' }).writeHead(203, 'Written', { 'x-more': ['1', '2'] })
      log.see('write', typeof res.write('part '), typeof res.write(Buffer.from('two ')))
      res.end('end', () => log.see('ended'))
    },
    '/headers': (_req, res) => {
      res.set('X-One', '1').append('X-One', '2').vary('Accept').type('json').links({ next: '/' })
      log.see('headers', res.getHeaders(), res.get('X-One'))
      res.removeHeader('X-Powered-By')
      res.send(Buffer.from('{}'))
    },
    '/events': (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write('data: 1\n\n')
      setImmediate(() => res.end('data: 2\n\n'))
    },
    '/early': (req, res) => {
      res.on('finish', () => log.see('finish of the handler', req.complete))
      res.status(200).end()
      log.see('ended twice', res.end() === res)
    },
    '/unhandled': () => {
      throw Object.assign(new Error('nobody handles it'), { stack: 'its stack' })
    },
    '/late-headers': (_req, res) => {
      res.send('sent')
      res.set('too', 'late')
    },
    '/trailing': (req, res) => res.send([req.hostname, req.ip, req.protocol, req.secure, req.xhr].join()),
  }
  for (const [path, handler] of Object.entries(ways)) app.get(path, handler)
}

async function ask(port: number, request: string, step: number): Promise<string> {
  const [method, path] = request.split(' ')
  const body = BODY.includes(method) ? `body ${step}` : undefined
  const accept = step % 2 ? 'text/html' : 'text/plain'
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: shop.test', `Accept: ${accept}`, 'Connection: close']
  if (body !== undefined) lines.push(`Content-Length: ${body.length}`)
  const client = await RawClient.open(port)
  client.send(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`)
  return client.closed()
}

/** What concerns more than one request: kept connections, pipelines, aborts, upgrades, expectations, garbage. */
async function connections(log: SessionLog, port: number, closed: Promise<unknown>[]): Promise<void> {
  const play = async (what: string, text: string, end: (client: RawClient) => Promise<unknown>) => {
    const client = await RawClient.open(port)
    client.send(text)
    await end(client)
    client.socket.destroy()
    await Promise.all(closed)
    log.see(what, plainAnswer(client.received, port))
  }
  const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}\r\n`
  await play('kept', get('/json'), async client => {
    await client.until('\r\n\r\n')
    client.send(get('/status/503'))
    await client.until('HTTP/1.1', 2)
  })
  await play('pipelined', get('/json') + get('/chain') + get('/none'), client => client.until('HTTP/1.1', 3))
  await play('aborted', get('/users/1', 'Content-Length: 5\r\n'), client => client.until('\r\n\r\n'))
  await play('aborted body', 'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nhalf', client =>
    client.until('half'),
  )
  await play(
    'expectation',
    'POST /users/1 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok',
    c => c.until('201 Created'),
  )
  await play('upgrade', get('/json', 'Connection: Upgrade\r\nUpgrade: other\r\n'), client =>
    client.until('\r\n\r\n'),
  )
  await play('garbage', 'no request at all\r\n\r\n', client => client.closed())
  await play('HTTP/1.0', 'GET /json HTTP/1.0\r\n\r\n', client => client.closed())
}

/** Returns the text without the date; stacks in pages of errors name lines of the library, and of wrappers. */
function plainAnswer(answer: string, port: number): string {
  return answer
    .replace(/\r\nDate: .*/g, '')
    .replace(/Keep-Alive: .*/g, 'Keep-Alive')
    .replaceAll(String(port), '<port>')
}
