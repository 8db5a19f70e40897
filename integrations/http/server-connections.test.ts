/** The HTTP server: one span for each request, whatever the connection does. */

import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { after, afterEach, before, describe, it } from 'node:test'
import { type Collector, collect, NO_PARENT } from '../../test/support/collect'
import { exchange, type Listening, listen, RawClient } from '../../test/support/web-server'
import http from './index'

describe('connections of an http server', () => {
  let collector: Collector
  let server: Listening
  let handler: RequestListener
  const web = createServer((req, res) => handler(req, res))

  before(async () => {
    collector = collect([http])
    server = await listen(web)
  })
  afterEach(() => collector.assertEmpty())
  after(async () => {
    await server.close()
    collector.stop()
  })

  /** The next request that the server gets, and its response. */
  function arrival(): Promise<[IncomingMessage, ServerResponse]> {
    return new Promise(resolve => {
      handler = (req, res) => resolve([req, res])
    })
  }

  it('gives each request of a kept-alive connection a trace of its own', async () => {
    handler = (req, res) => res.end(req.url)
    const client = await RawClient.open(server.port)
    for (const path of ['/1', '/2', '/3']) {
      client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
      await client.until(path)
    }
    client.socket.destroy()
    const spans = await collector.take(3)
    assert.deepEqual(
      spans.map(span => span.meta['http.url']),
      ['http://a/1', 'http://a/2', 'http://a/3'],
    )
    assert.equal(new Set(spans.map(span => span.traceId)).size, 3)
    assert.ok(spans.every(span => span.parentId === NO_PARENT))
  })

  it('tells pipelined requests apart', async () => {
    const waiting: (() => void)[] = []
    handler = (req, res) => {
      waiting.unshift(() => res.writeHead(req.url === '/2' ? 500 : 200).end(req.url))
      // The later request is answered first.
      if (waiting.length === 3) for (const answer of waiting) answer()
    }
    const client = await RawClient.open(server.port)
    client.send(['/1', '/2', '/3'].map(path => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''))
    await client.until('/3')
    client.socket.destroy()
    const spans = await collector.take(3)
    assert.deepEqual(spans.map(span => [span.meta['http.url'], span.error]).sort(), [
      ['http://a/1', 0],
      ['http://a/2', 1],
      ['http://a/3', 0],
    ])
    assert.equal(new Set(spans.map(span => span.traceId)).size, 3)
  })

  it('ends the spans of pipelined requests whose connection is lost', async () => {
    let come = 0
    const all = new Promise<void>(resolve => {
      handler = () => {
        if (++come === 20) resolve()
      }
    })
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    const client = await RawClient.open(server.port)
    client.send('GET /lost HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20))
    await all
    client.socket.destroy()
    const spans = await collector.take(20)
    assert.ok(spans.every(span => span.meta['http.url'] === 'http://a/lost'))
    process.off('warning', onWarning)
    assert.deepEqual(warnings, [])
  })

  it('ends the span when the client leaves before the answer', async () => {
    const arrived = arrival()
    const client = await RawClient.open(server.port)
    client.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
    const [, res] = await arrived
    client.socket.destroy()
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.url'], 'http://a/slow')
    res.end('too late')
  })

  it('ends the span when the client leaves in the middle of the answer', async () => {
    const arrived = arrival()
    const client = await RawClient.open(server.port)
    client.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
    const [, res] = await arrived
    res.writeHead(206)
    res.write('half')
    await client.until('half')
    client.socket.destroy()
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.status_code'], '206')
    res.end()
  })

  it('ends the span when the client leaves in the middle of its own body', async () => {
    const arrived = arrival()
    const client = await RawClient.open(server.port)
    client.send('POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\npart')
    const [req] = await arrived
    req.resume().on('error', () => {})
    client.socket.destroy()
    const [span] = await collector.take(1)
    assert.equal(span.resource, 'POST')
  })

  it('ends the span when the application cuts the connection', async () => {
    handler = req => req.socket.destroy()
    const client = await RawClient.open(server.port)
    client.send('GET /cut HTTP/1.1\r\nHost: a\r\n\r\n')
    await client.closed()
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.url'], 'http://a/cut')
  })

  it('makes no span of what is not a request', async () => {
    handler = () => assert.fail('nothing was asked')
    assert.match(await exchange(server.port, 'nonsense\r\n\r\n'), /^HTTP\/1\.1 400/)
    assert.match(await exchange(server.port, 'GET / HTTP/9.9\r\n\r\n'), /^HTTP\/1\.1 (400|505)/)
  })

  it('leaves upgrades to the application', async () => {
    const upgraded = once(web, 'upgrade')
    const client = await RawClient.open(server.port)
    client.send('GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    const [, socket] = await upgraded
    socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
    await client.closed()
    web.removeAllListeners('upgrade')
  })

  it('traces a request that asks before it sends its body, once', async () => {
    const onContinue: RequestListener = (req, res) => {
      res.writeContinue()
      web.emit('request', req, res)
    }
    web.on('checkContinue', onContinue)
    handler = (req, res) => req.resume().on('end', () => res.end('done'))
    const answer = exchange(
      server.port,
      'PUT /file HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\nExpect: 100-continue\r\n\r\nok',
    )
    assert.match(await answer, /100 Continue[\s\S]*200 OK/)
    web.off('checkContinue', onContinue)
    const [span] = await collector.take(1)
    assert.equal(span.resource, 'PUT')
  })

  it('traces a request with an expectation that the application answers', async () => {
    const onExpectation: RequestListener = (_req, res) => void res.writeHead(417).end()
    web.on('checkExpectation', onExpectation)
    const answer = exchange(
      server.port,
      'GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nConnection: close\r\n\r\n',
    )
    assert.match(await answer, /417/)
    web.off('checkExpectation', onExpectation)
    const [span] = await collector.take(1)
    assert.equal(span.meta['http.status_code'], '417')
  })

  it('does not stumble over the stand-ins of unit tests', () => {
    const seen: unknown[] = []
    handler = (req, res) => seen.push(req, res)
    const req = {}
    const res = new EventEmitter()
    assert.equal(web.emit('request', req as IncomingMessage, res as ServerResponse), true)
    assert.deepEqual(seen, [req, res])
  })

  it('adds no listener to a request, a response or their socket', async () => {
    const counts: Record<string, number> = {}
    handler = (req, res) => {
      for (const [name, emitter] of Object.entries({ req, res, socket: req.socket })) {
        for (const event of emitter.eventNames())
          counts[`${name}.${String(event)}`] = emitter.listenerCount(event)
      }
      res.end()
    }
    await (await fetch(server.url)).text()
    await collector.take(1)
    const traced = { ...counts }
    collector.registry.use('http', false)
    await (await fetch(server.url)).text()
    collector.registry.use('http', true)
    assert.deepEqual(traced, counts)
  })

  it('leaves nothing on the messages that the application could see', async () => {
    handler = (req, res) => {
      const seen = [req, res].flatMap(message => [
        ...Reflect.ownKeys(message),
        require('node:util').inspect(message, { depth: 0 }),
      ])
      res.end(JSON.stringify(seen.map(String).filter(text => /tracer|span|datadog/i.test(text))))
    }
    assert.deepEqual(await (await fetch(server.url)).json(), [])
    await collector.take(1)
  })
})
