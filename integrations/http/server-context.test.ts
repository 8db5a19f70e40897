/** The HTTP server: the active span in the application's code, and the trace and baggage of a request. */

import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer, type RequestListener } from 'node:http'
import { after, afterEach, before, describe, it } from 'node:test'
import { getBaggage, runWithBaggage } from '../../src/trace/baggage'
import { activeSpan } from '../../src/trace/context'
import { type Collector, collect, decimalId, NO_PARENT } from '../../test/support/collect'
import { exchange, type Listening, listen, RawClient } from '../../test/support/web-server'
import http from './index'

describe('context of an http server', () => {
  let collector: Collector
  let server: Listening
  let handler: RequestListener

  before(async () => {
    collector = collect([http])
    // Requests do not inherit the span that was active when the server was made.
    server = await runWithBaggage(
      { from: 'start' },
      () => listen(createServer((req, res) => handler(req, res))),
      undefined,
      [],
    )
  })
  afterEach(() => collector.assertEmpty())
  after(async () => {
    await server.close()
    collector.stop()
  })

  it('runs everything that hears of a request inside of its span', async () => {
    const heard: [string, string | undefined][] = []
    const hear = (event: string) => () => void heard.push([event, activeSpan()?.toSpanId(true)])
    let done = (): void => {}
    const closed = new Promise<void>(resolve => {
      done = resolve
    })
    handler = (req, res) => {
      hear('request')()
      for (const event of ['data', 'end', 'close']) req.on(event, hear(`req ${event}`))
      for (const event of ['finish', 'close']) res.on(event, hear(`res ${event}`))
      res.on('close', done)
      req.on('end', async () => {
        await null
        hear('await')()
        setImmediate(() => {
          hear('timer')()
          res.end()
        })
      })
    }
    const client = await RawClient.open(server.port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\none')
    await new Promise(resolve => setImmediate(resolve))
    client.send('twotri')
    await client.until('200')
    await closed
    client.socket.destroy()
    const [span] = await collector.take(1)
    const events = new Set(heard.map(([event]) => event))
    assert.deepEqual([...events].sort(), [
      'await',
      'req close',
      'req data',
      'req end',
      'request',
      'res close',
      'res finish',
      'timer',
    ])
    assert.deepEqual(new Set(heard.map(([, id]) => id)), new Set([span.spanId]))
  })

  it('runs listeners of pipelined responses inside of their own spans', async () => {
    const ids: string[][] = []
    handler = (_req, res) => {
      const mine = [activeSpan()?.toSpanId(true) ?? '']
      ids.push(mine)
      res.on('finish', () => mine.push(activeSpan()?.toSpanId(true) ?? ''))
      res.on('close', () => mine.push(activeSpan()?.toSpanId(true) ?? ''))
      res.end('x')
    }
    const client = await RawClient.open(server.port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3))
    await collector.take(3)
    client.socket.destroy()
    assert.ok(ids.every(mine => mine.length === 3 && new Set(mine).size === 1))
    assert.equal(new Set(ids.flat()).size, 3)
  })

  it("does not disturb the application's own storage", async () => {
    const storage = new AsyncLocalStorage<number>()
    let count = 0
    handler = (req, res) => {
      const mine = ++count
      storage.run(mine, () => {
        req.resume().on('end', () => setImmediate(() => res.end(String(storage.getStore() === mine))))
      })
    }
    const ask = () =>
      Promise.all(
        Array.from({ length: 10 }, async () =>
          (await fetch(server.url, { method: 'POST', body: 'x' })).text(),
        ),
      )
    const traced = await ask()
    await collector.take(10)
    collector.registry.use('http', false)
    const untraced = await ask()
    collector.registry.use('http', true)
    assert.deepEqual(traced, untraced)
  })

  it('continues the trace of Datadog headers', async () => {
    handler = (_req, res) => res.end()
    await fetch(server.url, {
      headers: {
        'x-datadog-trace-id': '1234',
        'x-datadog-parent-id': '5678',
        'x-datadog-sampling-priority': '2',
        'x-datadog-origin': 'synthetics',
      },
    })
    const [span] = await collector.take(1)
    assert.equal(decimalId(span.traceId), '1234')
    assert.equal(decimalId(span.parentId), '5678')
    assert.equal(span.metrics._sampling_priority_v1, 2)
    assert.equal(span.meta['_dd.origin'], 'synthetics')
  })

  it('continues the trace of a traceparent', async () => {
    handler = (_req, res) => res.end()
    await fetch(server.url, {
      headers: { traceparent: '00-0000000000000001000000000000beef-00000000000000ff-01' },
    })
    const [span] = await collector.take(1)
    assert.equal(span.traceId, '0000000000000001000000000000beef')
    assert.equal(span.parentId, '00000000000000ff')
    assert.equal(span.meta['_dd.p.tid'], '0000000000000001')
  })

  it('loses no span to malformed headers', async () => {
    handler = (_req, res) => res.end()
    const malformed = [
      'x-datadog-trace-id: \r\nx-datadog-parent-id: 1',
      'x-datadog-trace-id: abc\r\nx-datadog-parent-id: 1',
      'x-datadog-trace-id: -1\r\nx-datadog-parent-id: 1',
      'x-datadog-trace-id: 99999999999999999999999999\r\nx-datadog-parent-id: 1',
      'x-datadog-trace-id: 1, 2\r\nx-datadog-parent-id: ,',
      'x-datadog-trace-id: 1\r\nx-datadog-parent-id: x\r\nx-datadog-sampling-priority: NaN',
      `x-datadog-trace-id: 1\r\nx-datadog-parent-id: 1\r\nx-datadog-tags: ${'_dd.p.x=,='.repeat(500)}`,
      'traceparent: 00-0-0-0',
      'traceparent: ff-00000000000000000000000000000001-0000000000000001-01',
      'traceparent: 00-00000000000000000000000000000001-0000000000000001-01\r\ntracestate: dd=;;;=,,=a',
      'traceparent: a\r\ntraceparent: b',
      'baggage: =;,,,%%%',
      `baggage: ${'k=v,'.repeat(2000)}`,
      'b3: 1-1-1-1-1',
      'host: ',
      'host: [::1\r\nuser-agent: \xff\xfe',
      'x-forwarded-for: ,,,;"',
      '__proto__: 1\r\nconstructor: 2',
    ]
    for (const headers of malformed) {
      const host = headers.startsWith('host') ? '' : 'Host: a\r\n'
      const answer = await exchange(
        server.port,
        `GET / HTTP/1.1\r\n${host}${headers}\r\nConnection: close\r\n\r\n`,
      )
      assert.match(answer, /^HTTP\/1\.1 200/, headers)
      const [span] = await collector.take(1)
      assert.notEqual(decimalId(span.traceId), '0', headers)
      assert.equal(span.name, 'web.request')
    }
  })

  it('has the baggage of the request, and none where it brought none', async () => {
    const seen: unknown[] = []
    handler = (req, res) => {
      req.resume().on('end', async () => {
        await null
        seen.push({ ...getBaggage() })
        res.end()
      })
    }
    await (await fetch(server.url, { headers: { baggage: 'user.id=42,plan=pro%20max' } })).text()
    await (await fetch(server.url)).text()
    await collector.take(2)
    assert.deepEqual(seen, [{ 'user.id': '42', plan: 'pro max' }, {}])
  })

  it('keeps baggage when the trace starts anew', async () => {
    collector.stop()
    collector = collect([http], { env: { DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT: 'restart' } })
    let seen: unknown
    handler = (_req, res) => {
      seen = { ...getBaggage() }
      res.end()
    }
    await fetch(server.url, {
      headers: { baggage: 'a=b', traceparent: '00-0000000000000001000000000000beef-00000000000000ff-01' },
    })
    const [span] = await collector.take(1)
    assert.deepEqual(seen, { a: 'b' })
    assert.equal(span.parentId, NO_PARENT)
    assert.match(span.meta['_dd.span_links'], /beef/)
  })
})
