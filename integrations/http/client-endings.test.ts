/** The HTTP client: when a request's span ends, and with which error. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as nodeHttp from 'node:http'
import { connect, createServer } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { configureLog } from '../../src/core/log'
import type { Span } from '../../src/trace/span'
import { answerOf, closed } from '../../test/support/calls'
import { type Collector, collect } from '../../test/support/collect'
import { type Listening, listen } from '../../test/support/web-server'
import http from './index'

describe('end of an http client span', () => {
  let collector: Collector
  let server: Listening
  let handler: nodeHttp.RequestListener
  const web = nodeHttp.createServer((req, res) => handler(req, res))

  before(async () => {
    configureLog({ logLevel: 'off', debug: false })
    collector = collect([http])
    collector.registry.use('http', { server: false })
    server = await listen(web)
  })
  afterEach(() => {
    collector.assertEmpty()
    collector.registry.use('http', { server: false })
  })
  after(async () => {
    await server.close()
    collector.stop()
  })

  async function spanOf(status: number) {
    handler = (_req, res) => void res.writeHead(status, { location: '/elsewhere' }).end()
    await answerOf(nodeHttp.get(server.url))
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.status_code'], String(status))
    return span
  }

  it('counts statuses from 400 to 499 as errors, redirects not followed', async () => {
    const errors: number[] = []
    for (const status of [200, 302, 399, 400, 404, 499, 500, 503]) {
      if ((await spanOf(status)).error === 1) errors.push(status)
    }
    assert.deepEqual(errors, [400, 404, 499])
  })

  it('lets validateStatus say what is an error', async () => {
    collector.registry.use('http', { server: false, validateStatus: (status: number) => status < 500 })
    assert.equal((await spanOf(404)).error, 0)
    assert.equal((await spanOf(500)).error, 1)
  })

  it('ends when the response has been read, not when it begins', async () => {
    let finish = (): void => {}
    handler = (_req, res) => {
      res.write('one')
      finish = () => res.end('two')
    }
    const req = nodeHttp.get(server.url)
    const [res] = await once(req, 'response')
    await once(res, 'data')
    collector.assertEmpty()
    finish()
    res.resume()
    await once(res, 'end')
    const [span] = await collector.take(1)
    assert.equal(span.error, 0)
  })

  it('ends when nobody listens to the response', async () => {
    handler = (_req, res) => res.end('unread')
    nodeHttp.get(server.url)
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.status_code'], '200')
  })

  it('ends when a response is destroyed without being read', async () => {
    handler = (_req, res) => void res.write('endless')
    const req = nodeHttp.get(server.url)
    const [res] = await once(req, 'response')
    res.destroy()
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.status_code'], '200')
    assert.equal(span.error, 0)
  })

  it('tells that the server went away in the middle of its answer', async () => {
    handler = (req, res) => {
      res.writeHead(200, { 'content-length': '100' }).write('part')
      setImmediate(() => req.socket.destroy())
    }
    await assert.rejects(answerOf(nodeHttp.get(server.url)), { code: 'ECONNRESET' })
    const [span] = await collector.take(1)
    assert.equal(span.error, 1)
    assert.equal(span.meta['error.message'], 'aborted')
  })

  it('tells that the server went away before its answer', async () => {
    handler = req => req.socket.destroy()
    await assert.rejects(answerOf(nodeHttp.get(server.url)), { code: 'ECONNRESET' })
    const [span] = await collector.take(1)
    assert.equal(span.error, 1)
    assert.equal(span.meta['error.message'], 'socket hang up')
    assert.match(span.meta['error.stack'], /hang up/)
  })

  it('tells that the connection was refused', async () => {
    const gone = createServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const { port } = gone.address() as { port: number }
    gone.close()
    await once(gone, 'close')
    await assert.rejects(answerOf(nodeHttp.get({ port, host: '127.0.0.1' })), { code: 'ECONNREFUSED' })
    const [span] = await collector.take(1)
    assert.equal(span.error, 1)
    assert.match(span.meta['error.message'], /ECONNREFUSED/)
    assert.equal(span.meta['http.status_code'], undefined)
  })

  it('ends for a request that is destroyed, aborted or signalled', async () => {
    handler = () => {}
    const controller = new AbortController()
    const requests = [nodeHttp.get(server.url), nodeHttp.get(server.url), nodeHttp.get(server.url)]
    const signalled = nodeHttp.get(server.url, { signal: controller.signal })
    const before = nodeHttp.get(server.url, { signal: AbortSignal.abort() })
    requests[0].destroy()
    requests[1].destroy(new RangeError('mine'))
    requests[2].abort()
    controller.abort()
    await Promise.all([...requests, signalled, before].map(closed))
    const spans = await collector.take(5)
    // For `abort`, Node emits no error either.
    assert.equal(spans.filter(span => span.error === 1).length, 4)
    assert.equal(spans.filter(span => span.meta['error.type'] === 'RangeError').length, 1)
    assert.equal(spans.filter(span => span.meta['error.type'] === 'AbortError').length, 2)
  })

  it('marks the time limits of the application, and none but those', async () => {
    for (const [limited, isLimited] of [
      [() => nodeHttp.get(server.url, { timeout: 5 }), true],
      [() => nodeHttp.get(server.url).setTimeout(5), true],
      [() => nodeHttp.get(server.url).on('timeout', () => {}), false],
      [() => nodeHttp.get(server.url, { agent: new nodeHttp.Agent({ timeout: 5 }) }), true],
    ] as const) {
      // The server answers once the time is over.
      const arrived = new Promise<nodeHttp.ServerResponse>(resolve => {
        handler = (_req, res) => resolve(res)
      })
      const req = limited()
      const over = isLimited ? once(req, 'socket').then(([socket]) => once(socket, 'timeout')) : undefined
      const answer = answerOf(req)
      const res = await arrived
      await over
      res.end()
      await answer
    }
    const errors = (await collector.take(4)).map(span => span.error)
    assert.deepEqual(errors, [1, 1, 0, 1])
  })

  it('tells the error of a request that its application ended at a time limit', async () => {
    handler = () => {}
    const req = nodeHttp.get(server.url, { timeout: 5 })
    req.on('timeout', () => req.destroy(new Error('too slow')))
    await assert.rejects(answerOf(req), { message: 'too slow' })
    const [span] = await collector.take(1)
    assert.equal(span.meta['error.message'], 'too slow')
  })

  it('ends with the upgrade, while the socket lives on', async () => {
    web.once('upgrade', (_req, socket) => {
      socket.resume().on('end', () => socket.destroy())
      socket.write('HTTP/1.1 101 Up\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n')
    })
    const req = nodeHttp.get(server.url, { headers: { connection: 'Upgrade', upgrade: 'x' } })
    const [, socket] = await once(req, 'upgrade')
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.status_code'], '101')
    socket.destroy()
  })

  it('ends with a CONNECT, while the tunnel lives on', async () => {
    web.once('connect', (_req, socket) => {
      const onward = connect(server.port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
      onward.pipe(socket).pipe(onward)
      onward.on('error', () => {})
      socket.on('error', () => {})
    })
    const req = nodeHttp
      .request({ port: server.port, host: '127.0.0.1', method: 'CONNECT', path: 'a.test:443' })
      .end()
    const [, socket] = await once(req, 'connect')
    const [span] = await collector.take(1)
    assert.equal(span.resource, 'CONNECT')
    assert.equal(span.meta['http.url'], `${server.url}/a.test:443`)
    socket.destroy()
  })

  it('calls hooks.request once, with what came', async () => {
    const calls: unknown[][] = []
    collector.registry.use('http', {
      server: false,
      hooks: {
        request(span: Span, req: nodeHttp.ClientRequest, res?: nodeHttp.IncomingMessage) {
          calls.push([req.path, res?.statusCode, span.durationMs < 0])
          span.setTag('hooked', 'yes')
        },
      },
    })
    assert.equal((await spanOf(204)).meta.hooked, 'yes')
    handler = req => req.socket.destroy()
    await assert.rejects(answerOf(nodeHttp.get(`${server.url}/cut`)))
    const [span] = await collector.take(1)
    assert.equal(span.meta.hooked, 'yes')
    assert.deepEqual(calls, [
      ['/', 204, true],
      ['/cut', undefined, true],
    ])
  })

  it('survives a hook that throws', async () => {
    const fail = () => {
      throw new Error('mine')
    }
    for (const options of [{ hooks: { request: fail } }, { filter: fail }, { validateStatus: fail }]) {
      collector.registry.use('http', { server: false, ...options })
      for (let count = 0; count < 12; count++) await spanOf(200)
    }
  })

  it('has the same errors for wrong arguments', async () => {
    const target = { host: '127.0.0.1', port: server.port }
    // Their spans count too: Node.js writes the first of a list of headers before it checks the rest.
    const wrong: [unknown[], number][] = [
      [[{ ...target, method: 42 }], 0],
      [[{ ...target, method: 'B AD' }], 0],
      [[{ ...target, path: '/a b' }], 0],
      [[{ host: 42 }], 0],
      [[{ protocol: 'ftp:' }], 0],
      [['not a url'], 0],
      [['not a url', { headers: ['a', 'b'] }], 0],
      [[{ ...target, headers: ['odd'] }], 1],
      [[{ ...target, headers: [['a', 'b'], null] }], 1],
      [[{ ...target, headers: ['bad name', 'b'] }], 1],
      [[{ ...target, headers: { 'bad name': 'b' } }], 0],
      [[{ ...target, headers: { expect: 'x', a: undefined } }], 1],
      [[{ ...target, agent: 'none' }], 0],
      [[{ ...target, timeout: 'soon' }], 0],
    ]
    const outcome = (args: unknown[]): unknown => {
      try {
        const req = Reflect.apply(nodeHttp.request as never, undefined, args) as nodeHttp.ClientRequest
        req.on('error', () => {}).destroy()
        return 'no error'
      } catch (error) {
        const { name, message, code } = error as NodeJS.ErrnoException
        return { name, message, code }
      }
    }
    for (const [args, count] of wrong) {
      collector.registry.use('http', { server: false })
      const traced = outcome(args)
      collector.registry.use('http', false)
      assert.deepEqual(traced, outcome(args))
      assert.notEqual(traced, 'no error', JSON.stringify(args))
      const spans = await collector.take(count)
      assert.ok(spans.every(span => span.error === 1))
    }
  })

  it('is part of its caller even when that has ended', async () => {
    let finish = (): void => {}
    handler = (_req, res) => {
      finish = () => res.end()
    }
    let req: nodeHttp.ClientRequest | undefined
    await collector.inParent(async () => {
      req = nodeHttp.get(server.url)
      await once(web, 'request')
    })
    const answer = answerOf(req as nodeHttp.ClientRequest)
    finish()
    await answer
    const [caller, span] = await collector.take(2)
    assert.equal(span.parentId, caller.spanId)
  })
})
