/** The HTTP client: what is active around a request, and where its headers go. */

import assert from 'node:assert/strict'
import * as nodeHttp from 'node:http'
import { after, afterEach, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { runWithBaggage } from '../../src/trace/baggage'
import { activeSpan } from '../../src/trace/context'
import { answerOf } from '../../test/support/calls'
import { type Collector, collect } from '../../test/support/collect'
import { type Listening, listen } from '../../test/support/web-server'
import http from './index'

describe('context of an http client', () => {
  let collector: Collector
  let server: Listening
  let received: nodeHttp.IncomingHttpHeaders

  before(async () => {
    collector = collect([http])
    collector.registry.use('http', { server: false })
    server = await listen(
      nodeHttp.createServer((req, res) => {
        received = req.headers
        res.end('answer')
      }),
    )
  })
  afterEach(() => {
    collector.assertEmpty()
    collector.registry.use('http', { server: false })
  })
  after(async () => {
    await server.close()
    collector.stop()
  })

  const get = (path = '/', options: nodeHttp.RequestOptions = {}) => nodeHttp.get(server.url + path, options)

  it("runs the application's listeners and what follows in the caller's context", async () => {
    const seen: unknown[] = []
    await collector.inParent(async caller => {
      const req = get()
      assert.equal(activeSpan(), caller)
      await new Promise<void>(resolve => {
        for (const event of ['socket', 'finish', 'close'])
          req.on(event, () => seen.push(activeSpan() === caller))
        req.on('response', async res => {
          seen.push(activeSpan() === caller)
          await null
          seen.push(activeSpan() === caller)
          res.on('data', () => seen.push(activeSpan() === caller))
          res.on('end', () => seen.push(activeSpan() === caller))
        })
        req.on('close', resolve)
      })
      seen.push(activeSpan() === caller)
    })
    await collector.take(2)
    assert.deepEqual(seen, Array(8).fill(true))
  })

  it('keeps the caller of each request that waits for a socket', async () => {
    const agent = new nodeHttp.Agent({ keepAlive: true, maxSockets: 1 })
    const seen: boolean[] = []
    await Promise.all(
      [1, 2, 3, 4].map(number =>
        collector.inParent(async caller => {
          const req = get(`/${number}`, { agent })
          req.on('response', () => seen.push(activeSpan() === caller))
          const { res } = await answerOf(req)
          seen.push(activeSpan() === caller)
          assert.equal(res.statusCode, 200)
        }),
      ),
    )
    agent.destroy()
    const spans = await collector.take(8)
    assert.deepEqual(seen, Array(8).fill(true))
    const callers = new Map(
      spans.filter(span => span.name === 'test.parent').map(span => [span.spanId, span]),
    )
    const requests = spans.filter(span => span.name === 'http.request')
    assert.equal(new Set(requests.map(span => span.parentId)).size, 4)
    assert.ok(requests.every(span => callers.get(span.parentId)?.traceId === span.traceId))
  })

  it('sends baggage', async () => {
    await runWithBaggage({ plan: 'pro max' }, () => answerOf(get()), undefined, [])
    await collector.take(1)
    assert.equal(received.baggage, 'plan=pro%20max')
    await runWithBaggage(
      { a: 'b' },
      () => answerOf(get('/', { headers: ['Host', 'a'] as never })),
      undefined,
      [],
    )
    await collector.take(1)
    assert.equal(received.baggage, 'a=b')
  })

  it('sends no headers where the propagationBlocklist says so', async () => {
    collector.registry.use('http', {
      server: false,
      propagationBlocklist: [`${server.url}/quiet`, /loud/],
    })
    for (const headers of [undefined, ['Host', 'a'] as never]) {
      for (const path of ['/quiet', '/quiet?x', '/very/loud']) {
        await answerOf(get(path, { headers }))
        await collector.take(1)
        assert.equal(received.traceparent, undefined)
        assert.equal(received['x-datadog-trace-id'], undefined)
      }
      await answerOf(get('/other', { headers }))
      await collector.take(1)
      assert.notEqual(received.traceparent, undefined)
    }
  })

  it('makes neither span nor headers for what is on the blocklist', async () => {
    collector.registry.use('http', { server: false, client: { blocklist: [/\/blocked$/] } })
    for (const headers of [undefined, ['Host', 'a'] as never, { expect: 'x' }]) {
      await answerOf(get('/blocked?x', { headers }))
      assert.equal(received.traceparent, undefined)
    }
    await answerOf(get('/open'))
    await collector.take(1)
  })

  it('makes none when it is off', async () => {
    for (const off of [{ server: false, client: false }, false]) {
      collector.registry.use('http', off)
      await answerOf(get())
      assert.equal(received.traceparent, undefined)
    }
  })

  it('splitByDomain names the service after the host', async () => {
    collector.registry.use('http', { server: false, splitByDomain: true })
    for (const headers of [undefined, ['Host', 'a'] as never]) {
      await answerOf(get('/', { headers }))
      const [span] = await collector.take(1)
      assert.equal(span.service, `127.0.0.1:${server.port}`)
      assert.equal(span.meta['_dd.svc_src'], 'opt.split_by_domain')
      assert.equal(span.meta['_dd.base_service'], 'shop')
    }
  })

  it('tags headers of the request and of the response', async () => {
    collector.registry.use('http', { server: false, headers: ['x-app', 'content-length:size', 'date'] })
    for (const headers of [{ 'X-App': 'one' }, ['Host', 'a', 'X-App', 'one'] as never]) {
      await answerOf(get('/', { headers }))
      const [span] = await collector.take(1)
      assert.equal(span.meta['http.request.headers.x-app'], 'one')
      assert.equal(span.meta.size, '6')
      assert.match(span.meta['http.response.headers.date'], /GMT/)
    }
  })

  it('names the peer when told to', async () => {
    collector.stop()
    collector = collect([http], { env: { DD_TRACE_PEER_SERVICE_DEFAULTS_ENABLED: 'true' } })
    collector.registry.use('http', { server: false })
    await answerOf(get())
    const [span] = await collector.take(1)
    assert.equal(span.meta['peer.service'], '127.0.0.1')
    assert.equal(span.meta['_dd.peer.service.source'], 'out.host')
  })

  it('leaves nothing on a request that the application could see but the headers', async () => {
    const shown = (req: nodeHttp.ClientRequest) => ({
      keys: Reflect.ownKeys(req).map(String).sort(),
      events: req.eventNames().map(event => [String(event), req.listenerCount(event)]),
      prints: /tracer|datadog_/i.test(inspect(req, { depth: 0 })),
    })
    const traced = get()
    const first = shown(traced)
    await answerOf(traced)
    await collector.take(1)
    collector.registry.use('http', false)
    const untraced = get()
    assert.deepEqual(first, shown(untraced))
    await answerOf(untraced)
  })
})
