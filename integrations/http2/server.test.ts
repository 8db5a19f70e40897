/** The HTTP/2 server: one span for a request, whether it is handled as a stream, as messages, or came as HTTP/1. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttp1, request as httpRequest } from 'node:http'
import nodeHttp2, {
  createSecureServer,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Stream,
} from 'node:http2'
import { get } from 'node:https'
import { createServer as createTcpServer, connect as tcpConnect } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { answerOf } from '../../test/support/calls'
import { type Collector, collect, decimalId, NO_PARENT } from '../../test/support/collect'
import { type Http2Connection, http2Connection } from '../../test/support/http2'
import { TLS } from '../../test/support/tls'
import http from '../http/index'
import http2 from './index'

type Handler = (req: Http2ServerRequest, res: Http2ServerResponse) => unknown
type StreamHandler = (stream: ServerHttp2Stream) => unknown

describe('http2 server', () => {
  let collector: Collector
  let connection: Http2Connection
  const servers: Http2Connection[] = []
  let handle: Handler = ok
  let handleStream: StreamHandler = answer

  before(async () => {
    collector = collect([http, http2])
    collector.registry.use('http', { client: false })
    collector.registry.use('http2', { client: false })
    connection = await open(createServer((req, res) => handle(req, res)))
  })
  afterEach(() => {
    handle = ok
    handleStream = answer
    collector.registry.use('http2', { client: false })
    collector.assertEmpty()
  })
  after(async () => {
    for (const server of servers) await server.close()
    collector.stop()
  })

  async function open(server: Http2Server): Promise<Http2Connection> {
    const opened = await http2Connection(server)
    servers.push(opened)
    return opened
  }

  function streams(): Promise<Http2Connection> {
    return open(createServer().on('stream', stream => handleStream(stream)))
  }

  function ok(_req: Http2ServerRequest, res: Http2ServerResponse): void {
    res.end('ok')
  }

  function answer(stream: ServerHttp2Stream): void {
    stream.respond({ ':status': 200 })
    stream.end('ok')
  }

  async function seen(line: string, handler: Handler = ok) {
    handle = handler
    const { text } = await connection.ask(line)
    const [span] = await collector.take(1)
    return { span, text }
  }

  it('makes one span of a request that is handled as messages', async () => {
    const { span, text } = await seen('GET /users?page=2&password=hunter2')
    assert.equal(text, 'ok')
    assert.deepEqual(
      [span.name, span.service, span.resource, span.type, span.error, span.parentId],
      ['web.request', 'shop', 'GET', 'web', 0, NO_PARENT],
    )
    assert.equal(span.meta['http.method'], 'GET')
    assert.equal(span.meta['http.url'], `http://127.0.0.1:${connection.port}/users?page=2&<redacted>`)
    assert.equal(span.meta['http.status_code'], '200')
    assert.equal(span.meta.component, 'http2')
    assert.equal(span.meta['_dd.integration'], 'http2')
    assert.equal(span.meta['span.kind'], 'server')
    assert.equal(span.metrics['_dd.measured'], 1)
  })

  it('makes one span of a request that is handled as a stream, with its status', async () => {
    const server = await streams()
    handleStream = stream => {
      stream.respond({ ':status': 503, 'x-app': 'yes' })
      stream.end('busy')
    }
    collector.registry.use('http2', { client: false, headers: ['x-app', 'x-asked:asked'] })
    await server.ask({ ':method': 'POST', ':path': '/a', 'x-asked': 'this', 'user-agent': 'test/1' }, 'body')
    const [span] = await collector.take(1)
    assert.deepEqual([span.name, span.resource, span.error], ['web.request', 'POST', 1])
    assert.equal(span.meta['http.status_code'], '503')
    assert.equal(span.meta['http.useragent'], 'test/1')
    assert.equal(span.meta['http.response.headers.x-app'], 'yes')
    assert.equal(span.meta.asked, 'this')
  })

  it('makes one span where both a stream and messages are listened to', async () => {
    const inside: unknown[] = []
    const server = createServer((_req, res) => {
      inside.push(activeSpan())
      res.end('ok')
    })
    server.on('stream', () => inside.push(activeSpan()))
    server.on('session', session => session.on('stream', () => inside.push(activeSpan())))
    await (await open(server)).ask('GET /')
    const [span] = await collector.take(1)
    assert.equal(inside.length, 3)
    assert.equal(span.resource, 'GET')
    for (const each of inside) assert.ok(each !== undefined && each === inside[0])
  })

  it('serves HTTP/1 with one span as well', async () => {
    const server = createSecureServer({ ...TLS, allowHTTP1: true }, (req, res) => {
      res.setHeader('x-version', req.httpVersion)
      res.end(String(activeSpan() !== undefined))
    })
    const secure = await open(server)
    const url = `https://127.0.0.1:${secure.port}/old`
    for (let round = 0; round < 2; round++) {
      const { text, res } = await answerOf(get(url, { ca: TLS.cert }))
      assert.deepEqual([text, res.headers['x-version']], ['true', '1.1'])
      const [span] = await collector.take(1)
      assert.deepEqual([span.name, span.resource, span.meta.component], ['web.request', 'GET', 'http2'])
      assert.equal(span.meta['http.url'], url)
      assert.equal(span.meta['http.status_code'], '200')
    }
    const { text, headers } = await secure.ask('GET /new')
    assert.deepEqual([text, headers['x-version']], ['true', '2.0'])
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.url'], `https://127.0.0.1:${secure.port}/new`)
  })

  it('keeps the options of http apart from its own', async () => {
    const plain = createHttp1((_req, res) => res.writeHead(418).end()).listen(0)
    await once(plain, 'listening')
    const { port } = plain.address() as { port: number }
    const secure = await open(
      createSecureServer({ ...TLS, allowHTTP1: true }, (_req, res) => res.writeHead(418).end()),
    )
    collector.registry.use('http', { client: false, validateStatus: (status: number) => status !== 418 })
    await answerOf(httpRequest({ port }).end())
    await answerOf(get(`https://127.0.0.1:${secure.port}/`, { ca: TLS.cert }))
    const [first, second] = await collector.take(2)
    assert.deepEqual([first.meta.component, first.error], ['http', 1])
    assert.deepEqual([second.meta.component, second.error], ['http2', 0])
    collector.registry.use('http', { client: false })
    plain.close()
  })

  it('continues the trace that the request names', async () => {
    await connection.ask({ ':path': '/', 'x-datadog-trace-id': '123', 'x-datadog-parent-id': '456' })
    const [span] = await collector.take(1)
    assert.deepEqual([decimalId(span.traceId), decimalId(span.parentId)], ['123', '456'])
  })

  it('runs all listeners of messages in the context of their request, many at once', async () => {
    const wrong: string[] = []
    handle = (req, res) => {
      const span = activeSpan()
      const check = (event: string) => () => activeSpan()?.trace === span?.trace || wrong.push(event)
      req.on('end', check('end')).on('close', check('req close'))
      res.on('finish', check('finish')).on('close', check('close'))
      req.on('data', check('data')).on('end', () => setImmediate(() => res.end(req.url)))
    }
    const paths = Array.from({ length: 20 }, (_, index) => `/${index}`)
    const answers = await Promise.all(
      paths.map(path => connection.ask({ ':method': 'POST', ':path': path }, path)),
    )
    assert.deepEqual(
      answers.map(each => each.text),
      paths,
    )
    const spans = await collector.take(20)
    assert.equal(new Set(spans.map(span => span.traceId)).size, 20)
    assert.deepEqual(wrong, [])
  })

  it('runs all listeners of a stream in the context of its request', async () => {
    const server = await streams()
    const heard = new Map<string, boolean>()
    handleStream = stream => {
      const span = activeSpan()
      for (const event of ['data', 'end', 'finish', 'wantTrailers', 'close']) {
        stream.on(event, () => heard.set(event, activeSpan() === span))
      }
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }))
      stream.on('end', () => {
        stream.respond({ ':status': 200 }, { waitForTrailers: true })
        stream.end('ok')
      })
    }
    const sent = server.session.request({ ':method': 'POST' })
    const trailers = once(sent, 'trailers')
    sent.resume().end('body')
    assert.equal((await trailers)[0]['x-sum'], '1')
    await collector.take(1)
    assert.deepEqual(Object.fromEntries(heard), {
      data: true,
      end: true,
      wantTrailers: true,
      finish: true,
      close: true,
    })
  })

  it('answers HEAD, and what is not found', async () => {
    assert.equal((await seen('HEAD /')).span.resource, 'HEAD')
    const missing = await seen('GET /none', (_req, res) => res.writeHead(404).end())
    assert.deepEqual([missing.span.meta['http.status_code'], missing.span.error], ['404', 0])
  })

  it('asks before the body is sent, with one span', async () => {
    handle = (req, res) => req.resume().on('end', () => res.end('ok'))
    const sent = connection.session.request({ ':method': 'POST', expect: '100-continue' })
    await once(sent, 'continue')
    sent.resume().end('body')
    const [span] = await collector.take(1)
    assert.equal(span.resource, 'POST')
  })

  it('ends the span when the client leaves, without an error', async () => {
    const server = await streams()
    for (const isAnswering of [false, true]) {
      const arrived = new Promise<ServerHttp2Stream>(resolve => {
        handleStream = stream => {
          if (isAnswering) stream.respond({ ':status': 200 })
          resolve(stream)
        }
      })
      const sent = server.session.request({ ':method': 'GET' })
      await arrived
      sent.close(nodeHttp2.constants.NGHTTP2_CANCEL)
      const [span] = await collector.take(1)
      assert.equal(span.meta['http.status_code'], isAnswering ? '200' : undefined)
      assert.equal(span.error, 0)
    }
    handle = (_req, res) => res.write('some')
    const sent = connection.session.request({})
    await once(sent.resume(), 'response')
    sent.close(nodeHttp2.constants.NGHTTP2_CANCEL)
    const [span] = await collector.take(1)
    assert.deepEqual([span.error, span.meta['http.status_code']], [0, '200'])
  })

  it('ends the spans of a session that is cut', async () => {
    const server = await streams()
    let open = 0
    const all = new Promise<void>(resolve => {
      handleStream = stream => {
        stream.on('error', () => {})
        if (++open === 3) resolve()
      }
    })
    for (let index = 0; index < 3; index++) server.session.request({}).on('error', () => {})
    await all
    server.session.destroy()
    assert.equal((await collector.take(3)).length, 3)
  })

  it('tells the error that the application destroyed a stream with', async () => {
    const server = await streams()
    handleStream = stream => {
      stream.on('error', () => {})
      stream.destroy(new RangeError('too far'))
    }
    await assert.rejects(once(server.session.request({}), 'response'))
    const [span] = await collector.take(1)
    assert.deepEqual([span.error, span.meta['error.type']], [1, 'RangeError'])
  })

  it('leaves pushed streams and informational headers alone', async () => {
    const server = await streams()
    handleStream = stream => {
      stream.additionalHeaders({ ':status': 103, link: '</a>' })
      stream.pushStream({ ':path': '/pushed' }, (_error, pushed) => {
        pushed.respond({ ':status': 201 })
        pushed.end('pushed')
        answer(stream)
      })
    }
    const pushed = once(server.session, 'stream')
    await server.ask('GET /')
    const [stream] = await pushed
    stream.resume()
    await once(stream, 'close')
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.status_code'], '200')
  })

  it('keeps event streams open for as long as they last', async () => {
    handle = (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write('data: 1\n\n')
    }
    const sent = connection.session.request({})
    await once(sent, 'data')
    collector.assertEmpty()
    sent.close()
    await collector.take(1)
  })

  it('traces a CONNECT, as a stream', async () => {
    const server = await streams()
    handleStream = answer
    const sent = server.session.request({ ':method': 'CONNECT', ':authority': 'far:443' })
    sent.resume().end()
    await once(sent, 'close')
    const [span] = await collector.take(1)
    assert.deepEqual([span.resource, span.meta['http.url']], ['CONNECT', 'https://far:443'])
  })

  it('traces a session that has no server', async () => {
    if (!('performServerHandshake' in nodeHttp2)) return
    const tcp = createTcpServer(socket => {
      nodeHttp2.performServerHandshake(socket).on('stream', answer)
    }).listen(0)
    await once(tcp, 'listening')
    const { port } = tcp.address() as { port: number }
    const session = nodeHttp2.connect('http://a', { createConnection: () => tcpConnect(port) })
    session.request({}).resume()
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.url'], 'http://a:80/')
    session.destroy()
    tcp.close()
  })

  it('obeys filters, and options for servers alone', async () => {
    collector.registry.use('http2', { client: false, blocklist: ['/health'] })
    await connection.ask('GET /health')
    collector.registry.use('http2', { client: false, server: false })
    await connection.ask('GET /off')
    collector.registry.use('http2', { enabled: false })
    await connection.ask('GET /off')
    const hooked: unknown[] = []
    const request = (_span: unknown, req: { url?: string }, res: { statusCode: number }) =>
      hooked.push(req.url, res.statusCode)
    collector.registry.use('http2', { client: false, hooks: { request } })
    await connection.ask('GET /hooked')
    assert.deepEqual(hooked, ['/hooked', 200])
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.url'], `http://127.0.0.1:${connection.port}/hooked`)
  })

  it('adds no listener and nothing else that can be seen', async () => {
    const look = (stream: ServerHttp2Stream): unknown[] => [
      stream.eventNames().map(name => [name, stream.listenerCount(name)]),
      Reflect.ownKeys(stream).length,
    ]
    let plain: unknown
    handle = (req, res) => {
      plain = [look(req.stream), Reflect.ownKeys(req).length, Reflect.ownKeys(res).length, req.headers]
      res.end()
    }
    await connection.ask('GET /')
    await collector.take(1)
    const traced = plain
    collector.registry.use('http2', { enabled: false })
    await connection.ask('GET /')
    assert.deepEqual(plain, traced)
  })
})

it('unpatches', async () => {
  const originals = [nodeHttp2.createServer, nodeHttp2.createSecureServer, nodeHttp2.connect]
  const collector = collect([http2])
  const server = createServer((_req, res) => res.end())
  const connection = await http2Connection(server)
  await connection.ask('GET /')
  const prototypes = [server, connection.session].map(each => Object.getPrototypeOf(each))
  assert.ok(Object.hasOwn(prototypes[0], 'emit'))
  await collector.take(2)
  collector.stop()
  await connection.ask('GET /')
  collector.assertEmpty()
  assert.deepEqual([nodeHttp2.createServer, nodeHttp2.createSecureServer, nodeHttp2.connect], originals)
  assert.ok(!Object.hasOwn(prototypes[0], 'emit'))
  assert.ok(!('__datadog_patch' in prototypes[1].request))
  await connection.close()
})
