/** The HTTP/2 client: spans of requests, their context and headers, and however they end. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import nodeHttp2, {
  type ClientHttp2Session,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { createServer as createTcpServer } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { activeSpan } from '../../src/trace/context'
import { type Collector, collect, decimalId } from '../../test/support/collect'
import { answerTo, type Http2Connection, http2Connection } from '../../test/support/http2'
import http2 from './index'

type Handler = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => unknown

describe('http2 client', () => {
  let collector: Collector
  let connection: Http2Connection
  let session: ClientHttp2Session
  let received: IncomingHttpHeaders = {}
  let handle: Handler = answer

  before(async () => {
    collector = collect([http2])
    connection = await http2Connection(
      createServer().on('stream', (stream, headers) => {
        received = headers
        stream.on('error', () => {})
        handle(stream, headers)
      }),
    )
    session = connection.session
  })
  afterEach(() => {
    handle = answer
    collector.assertEmpty()
  })
  after(async () => {
    await connection.close()
    collector.stop()
  })
  const use = (options: object = {}): void => collector.registry.use('http2', { server: false, ...options })
  afterEach(() => use())
  before(() => use())

  function answer(stream: ServerHttp2Stream, status: unknown = 200): void {
    stream.respond({ ':status': typeof status === 'number' ? status : 200, 'x-app': 'yes' })
    stream.end('ok')
  }

  async function see(headers?: OutgoingHttpHeaders, body?: string) {
    const { text } = await answerTo(session.request(headers), body)
    assert.equal(text, 'ok')
    const [span] = await collector.take(1)
    return span
  }

  it('makes one span of a request', async () => {
    const span = await see({ ':path': '/users?page=2#x' })
    assert.deepEqual(
      [span.name, span.service, span.resource, span.type, span.error],
      ['http.request', 'shop', 'GET', 'http', 0],
    )
    assert.equal(span.meta['http.method'], 'GET')
    assert.equal(span.meta['http.url'], `http://127.0.0.1:${connection.port}/users`)
    assert.equal(span.meta['out.host'], '127.0.0.1')
    assert.equal(span.metrics['network.destination.port'], connection.port)
    assert.equal(span.meta['http.status_code'], '200')
    assert.equal(span.meta.component, 'http2')
    assert.equal(span.meta['span.kind'], 'client')
    assert.equal(span.metrics['_dd.measured'], 1)
  })

  it('takes requests without headers, with a method, a body, and another authority', async () => {
    assert.equal((await see()).meta['http.url'], `http://127.0.0.1:${connection.port}/`)
    assert.equal((await see({ ':method': 'POST' }, 'body')).resource, 'POST')
    const other = await see({ ':authority': 'shop.example', ':path': '/a' })
    assert.equal(other.meta['http.url'], 'http://shop.example/a')
  })

  it('sends its context and leaves the headers of the application alone', async () => {
    const given = Object.freeze({
      ':path': '/a',
      'X-Datadog-Trace-Id': '1',
      'x-mine': ['1', '2'],
      secret: 's',
      [nodeHttp2.sensitiveHeaders]: ['secret'],
    })
    const before = { ...given }
    await collector.inParent(() => answerTo(session.request(given)))
    const [caller, span] = await collector.take(2)
    assert.equal(span.parentId, caller.spanId)
    assert.equal(received['x-datadog-parent-id'], decimalId(span.spanId))
    assert.match(String(received.traceparent), new RegExp(span.spanId))
    assert.equal(received['x-mine'], '1, 2')
    assert.deepEqual(received[nodeHttp2.sensitiveHeaders as never], ['secret'])
    assert.deepEqual(given, before)
  })

  it('takes headers as a flat list where Node does', async t => {
    const major = Number(process.versions.node.split('.')[0])
    if (major < 24) return t.skip('Node.js 24 does')
    const given = [':path', '/list', 'traceparent', 'old', 'x-one', '1']
    const span = await see(given as never)
    assert.equal(new URL(span.meta['http.url']).pathname, '/list')
    assert.deepEqual([received['x-one'], received.traceparent === 'old'], ['1', false])
    assert.equal(given.length, 6)
  })

  it('sends no context where that would break a signature, nor where told so', async () => {
    for (const headers of [
      { authorization: 'AWS4-HMAC-SHA256 Credential=a' },
      { 'X-Amz-Signature': 'a' },
      { ':path': '/?X-Amz-Signature=a' },
    ]) {
      await see(headers)
      assert.equal(received.traceparent, undefined)
    }
    use({ propagationBlocklist: [/blocked/] })
    await see({ ':path': '/blocked' })
    assert.equal(received.traceparent, undefined)
  })

  it('obeys the options', async () => {
    use({ blocklist: [/none/] })
    await answerTo(session.request({ ':path': '/none' }))
    assert.equal(received.traceparent, undefined)
    use({ enabled: false })
    await answerTo(session.request({}))
    use({ client: false })
    await answerTo(session.request({}))
    use({ headers: ['x-app', 'x-asked:asked'], splitByDomain: true })
    const span = await see({ 'X-Asked': 'this' })
    assert.deepEqual([span.meta['http.response.headers.x-app'], span.meta.asked], ['yes', 'this'])
    assert.equal(span.service, `127.0.0.1:${connection.port}`)
    const hooked: unknown[] = []
    use({ hooks: { request: (each: object, stream: object) => hooked.push(each, stream) } })
    const stream = session.request({})
    await answerTo(stream)
    await collector.take(1)
    assert.equal(hooked[1], stream)
  })

  it('counts statuses from 400 to 499 as errors', async () => {
    for (const [status, error] of [
      [399, 0],
      [400, 1],
      [499, 1],
      [500, 0],
    ]) {
      handle = stream => answer(stream, status)
      const span = await see()
      assert.deepEqual([span.meta['http.status_code'], span.error], [String(status), error])
    }
  })

  it('hears of the answer in the context and in the order of the application', async () => {
    handle = stream => {
      stream.additionalHeaders({ ':status': 103 })
      stream.respond({ ':status': 200 }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }))
      stream.end('ok')
    }
    const heard: string[] = []
    await collector.inParent(async caller => {
      const stream = session.request({})
      const events = ['ready', 'headers', 'response', 'data', 'trailers', 'end', 'close']
      for (const event of events) {
        stream.on(event, () => heard.push(activeSpan() === caller ? event : `${event} elsewhere`))
      }
      assert.deepEqual(
        [stream.listenerCount('response'), stream.listenerCount('error'), stream.listenerCount('close')],
        [1, 0, 1],
      )
      await once(stream, 'close')
    })
    assert.deepEqual(heard, ['headers', 'response', 'data', 'trailers', 'end', 'close'])
    await collector.take(2)
  })

  it('keeps the callers of one session apart', async () => {
    const urls = await Promise.all(
      ['/1', '/2', '/3'].map(path =>
        collector.inParent(async caller => {
          const stream = session.request({ ':path': path })
          await once(stream, 'response')
          const isMine = await new Promise(resolve =>
            stream.resume().on('end', () => resolve(activeSpan() === caller)),
          )
          return isMine && path
        }),
      ),
    )
    assert.deepEqual(urls, ['/1', '/2', '/3'])
    assert.equal(new Set((await collector.take(6)).map(span => span.traceId)).size, 3)
  })

  it('tells that the server reset the stream or went away', async () => {
    handle = stream => stream.close(nodeHttp2.constants.NGHTTP2_INTERNAL_ERROR)
    const stream = session.request({})
    const [error] = await once(stream, 'error')
    const [span] = await collector.take(1)
    assert.equal(span.meta['error.message'], error.message)
    const own = connect(`http://127.0.0.1:${connection.port}`)
    handle = each => each.session?.destroy()
    const cut = own.request({})
    await once(cut, 'close')
    const [second] = await collector.take(1)
    assert.equal(second.meta['http.status_code'], undefined)
    own.destroy()
  })

  it('tells that the connection was refused, and that the other side speaks something else', async () => {
    const tcp = createTcpServer(socket => socket.end('HTTP/1.1 400 Bad\r\n\r\n')).listen(0)
    await once(tcp, 'listening')
    const { port } = tcp.address() as { port: number }
    for (const url of [`http://127.0.0.1:${port}`, 'http://127.0.0.1:1']) {
      const failing = connect(url)
      failing.on('error', () => {})
      const stream = failing.request({})
      const [error] = await once(stream, 'error')
      const [span] = await collector.take(1)
      assert.deepEqual([span.error, span.meta['error.message']], [1, error.message])
      failing.destroy()
    }
    tcp.close()
  })

  it('ends for a request that is cancelled, destroyed, signalled or timed out', async () => {
    handle = () => {}
    const cancelled = session.request({})
    cancelled.close(nodeHttp2.constants.NGHTTP2_CANCEL)
    assert.equal((await collector.take(1))[0].error, 0)
    const destroyed = session.request({}).on('error', () => {})
    destroyed.destroy(new RangeError('enough'))
    assert.equal((await collector.take(1))[0].meta['error.type'], 'RangeError')
    const abort = new AbortController()
    session.request({}, { signal: abort.signal }).on('error', () => {})
    abort.abort()
    assert.equal((await collector.take(1))[0].meta['error.type'], 'AbortError')
    const late = session.request({})
    late.setTimeout(1, () => late.close())
    assert.equal((await collector.take(1))[0].error, 1)
  })

  it('throws what Node throws', async () => {
    const closed = connect(`http://127.0.0.1:${connection.port}`)
    await once(closed, 'connect')
    closed.destroy()
    // Newer versions of Node throw nothing, and destroy the stream.
    const code = await new Promise(resolve => {
      try {
        closed.request({}).on('error', error => resolve((error as NodeJS.ErrnoException).code))
      } catch (error) {
        resolve((error as NodeJS.ErrnoException).code)
      }
    })
    assert.equal(code, 'ERR_HTTP2_INVALID_SESSION')
    assert.equal((await collector.take(1))[0].meta['error.type'], 'Error')
    assert.throws(() => session.request('text' as never), { code: 'ERR_INVALID_ARG_TYPE' })
    assert.throws(() => connect(1 as never), { code: 'ERR_INVALID_ARG_TYPE' })
    assert.throws(() => session.request({ ':method': 'CONNECT' }), { code: 'ERR_HTTP2_CONNECT_AUTHORITY' })
    await collector.take(1)
  })

  it('leaves pushed streams alone', async () => {
    handle = stream =>
      stream.pushStream({ ':path': '/pushed' }, (_error, pushed) => {
        pushed.respond({ ':status': 404 })
        pushed.end()
        answer(stream)
      })
    const pushed = once(session, 'stream')
    await see()
    const [stream] = await pushed
    await once(stream.resume(), 'close')
  })

  it('is the same to promisify', async () => {
    const own = await (promisify(connect) as unknown as (url: string) => Promise<ClientHttp2Session>)(
      `http://127.0.0.1:${connection.port}`,
    )
    await answerTo(own.request({}))
    await collector.take(1)
    await assert.rejects(promisify(connect)('http://127.0.0.1:1'), { code: 'ECONNREFUSED' })
    own.destroy()
    assert.deepEqual([connect.name, connect.length], ['connect', 3])
    assert.deepEqual([session.request.name, session.request.length], ['request', 2])
  })
})
