/** Ways to the agent: each on a real socket, also one that is not there, moves, or is of another kind. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { LookupFunction } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { UdpConnection } from '../../../src/metrics/connection/udp'
import { openMetrics } from '../../../src/metrics/index'
import { MetricsPipeline } from '../../../src/metrics/pipeline'
import { lineSettings } from '../../../src/metrics/settings'
import { metricsConfig, metricsTo, type Sink, streamSink, udpSink } from '../../support/dogstatsd'
import { startFakeAgent } from '../../support/fake-agent'
import { temporaryFolder } from '../../support/temporary'

const names = (sink: Sink): string[] => sink.metrics().map(({ name }) => name)

describe('UDP', () => {
  test('a host that is away for a while gets later packets', async () => {
    const first = await udpSink()
    const metrics = metricsTo(first.port)
    metrics.client.increment('before')
    await metrics.flush()
    await first.until(() => first.packets.length === 1)
    await first.close()
    for (let index = 0; index < 3; index++) {
      metrics.client.increment('away')
      await metrics.flush()
    }
    const second = await udpSink(first.port)
    metrics.client.increment('after')
    await metrics.flush()
    await second.until(() => names(second).includes('after'))
    await metrics.shutdown()
    await second.close()
  })

  test('a name is resolved once, kept, and asked for again later; packets follow it', async () => {
    const addresses = ['127.0.0.1', '127.0.0.1', '127.0.0.2']
    const first = await udpSink(0, '127.0.0.1')
    const second = await udpSink(first.port, '127.0.0.2')
    let asked = 0
    const lookup: LookupFunction = (_name, _options, callback) =>
      setImmediate(() => callback(null, addresses[asked++], 4))
    const connection = new UdpConnection('agent.test', first.port, { lookup, onRefused() {}, refreshMs: 0 })
    const send = async (text: string): Promise<void> => {
      await connection.ready()
      await new Promise(resolve => connection.send(Buffer.from(text), resolve))
      await new Promise(setImmediate)
    }
    await send('a:1|c')
    await send('b:1|c')
    await first.until(() => first.packets.length === 2)
    while (asked < 3) await send('c:1|c')
    await send('d:1|c')
    await second.until(() => names(second).includes('d'))
    connection.close()

    const kept = new UdpConnection('agent.test', first.port, { lookup, onRefused() {} })
    asked = 0
    await kept.ready()
    for (let index = 0; index < 5; index++) assert.equal(kept.ready(), true)
    await new Promise(setImmediate)
    assert.equal(asked, 1)
    kept.close()
    await first.close()
    await second.close()
  })

  test('a name that cannot be resolved keeps packets until it can', async () => {
    const sink = await udpSink()
    let asked = 0
    const lookup: LookupFunction = (_name, _options, callback) => {
      asked++
      if (asked === 1) callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), '', 0)
      else callback(null, '127.0.0.1', 4)
    }
    const metrics = metricsTo(0, { DD_DOGSTATSD_URL: `udp://agent.test:${sink.port}` }, { lookup })
    metrics.client.increment('x')
    await metrics.flush()
    assert.equal(asked, 1)
    await metrics.flush()
    await sink.until(() => sink.packets.length === 1)
    await metrics.shutdown()
    await sink.close()
  })

  test('packets to other hosts fit into a frame of the network, those to loopback into the buffer of the agent', () => {
    const limit = (host: string) => {
      const connection = new UdpConnection(host, 1, { onRefused() {} })
      connection.close()
      return connection.limitBytes
    }
    assert.deepEqual(
      ['127.0.0.1', '127.8.8.8', 'localhost', '::1', '10.0.0.1', 'agent.test', 'fd00::1'].map(limit),
      [8192, 8192, 8192, 8192, 1432, 1432, 1432],
    )
  })

  test('the tracer does not see its own sockets', async () => {
    const sink = await udpSink()
    const { AsyncLocalStorage } = await import('node:async_hooks')
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    const lookup: LookupFunction = (_name, _options, callback) => {
      seen.push(storage.getStore())
      callback(null, '127.0.0.1', 4)
    }
    const metrics = metricsTo(0, { DD_DOGSTATSD_URL: `udp://agent.test:${sink.port}` }, { lookup })
    await storage.run('request', async () => {
      metrics.client.increment('x')
      await metrics.flush()
    })
    assert.deepEqual(seen, [undefined])
    await metrics.shutdown()
    await sink.close()
  })
})

describe('unix sockets', () => {
  test('streams get frames with their length, and are opened again', async () => {
    const path = join(temporaryFolder('dogstatsd-'), 'dsd.socket')
    const first = await streamSink(path)
    const metrics = metricsTo(0, { DD_DOGSTATSD_URL: `unix://${path}` })
    for (let index = 0; index < 500; index++)
      metrics.client.distribution(`d${index}`, index, { long: 'x'.repeat(100) })
    await metrics.flush()
    await first.until(() => first.metrics().length === 500)
    assert.ok(first.packets.length > 5)
    assert.ok(first.packets.every(packet => packet.length <= 8192))
    await first.close()
    // The socket is seen to be closed when it next is written to, or before.
    await new Promise(setImmediate)
    metrics.client.increment('away')
    await metrics.flush()
    const second = await streamSink(path)
    metrics.client.increment('after')
    await metrics.flush()
    await second.until(() => names(second).includes('after'))
    await metrics.shutdown()
    await second.close()
  })

  const python = ['/usr/bin/python3', '/usr/local/bin/python3'].find(existsSync)
  test('a socket for datagrams is skipped without the add-on: the trace agent gets its packets', {
    skip: python === undefined && 'no python3, which can make such a socket',
  }, async () => {
    const path = join(temporaryFolder('dogstatsd-'), 'dsd.socket')
    const make =
      'import socket,sys; s=socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print(1, flush=True); sys.stdin.read()'
    const owner = spawn(python as string, ['-c', make, path])
    await once(owner.stdout, 'data')
    const agent = await startFakeAgent({ route: () => ({ status: 200 }) })
    const endpoints = [
      { kind: 'unix' as const, path },
      { kind: 'proxy' as const, url: agent.url, lookup: undefined },
    ]
    const line = lineSettings(metricsConfig({}))
    const pipeline = new MetricsPipeline({ line, aggregation: true, telemetry: false, endpoints })
    pipeline.addLine('x:1|c')
    await pipeline.flush()
    assert.deepEqual(
      agent.others.map(({ method, path, body }) => [method, path, body.toString()]),
      [['POST', '/dogstatsd/v2/proxy', 'x:1|c']],
    )
    await pipeline.close()
    owner.stdin.end()
    await agent.stop()
  })
})

describe('the trace agent', () => {
  test('is skipped if it does not forward metrics: UDP gets every line', async () => {
    const sink = await udpSink()
    const agent = await startFakeAgent({ route: () => ({ status: 404 }) })
    const config = metricsConfig({ DD_TRACE_AGENT_URL: agent.url })
    const endpoints = [
      { kind: 'proxy' as const, url: agent.url, lookup: undefined },
      { kind: 'udp' as const, host: '127.0.0.1', port: sink.port, lookup: undefined },
    ]
    const pipeline = new MetricsPipeline({
      line: lineSettings(config),
      aggregation: true,
      telemetry: false,
      endpoints,
    })
    // More than one body, and longer bodies than a datagram.
    for (let index = 0; index < 1500; index++) pipeline.addLine(`n${index}:1|c|#long:${'x'.repeat(100)}`)
    await pipeline.flush()
    await sink.until(() => sink.metrics().length === 1500)
    assert.equal(new Set(names(sink)).size, 1500)
    assert.ok(sink.packets.every(packet => packet.length <= 8192))
    await pipeline.close()
    await agent.stop()
    await sink.close()
  })

  test('loses the packets of a failed request, and gets the rest', async () => {
    let status = 500
    const agent = await startFakeAgent({ route: () => ({ status }) })
    const metrics = openMetrics(metricsConfig({ DD_DOGSTATSD_URL: agent.url }))
    metrics.client.increment('x')
    await metrics.flush()
    status = 200
    metrics.client.increment('y')
    await metrics.flush()
    assert.deepEqual(
      agent.others.map(({ body }) => body.toString().slice(0, 1)),
      ['x', 'y'],
    )
    await metrics.shutdown()
    await agent.stop()
  })
})

test('a flush does not wait for an agent that never answers', async () => {
  const agent = await startFakeAgent({ route: () => 'hang' })
  const metrics = openMetrics(metricsConfig({ DD_DOGSTATSD_URL: agent.url }))
  metrics.client.increment('x')
  await metrics.flush()
  await metrics.shutdown()
  await agent.stop()
})

test('a port that was closed ends no process', async () => {
  const socket = createSocket('udp4')
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  socket.close()
  const metrics = metricsTo(port)
  for (let index = 0; index < 5; index++) {
    metrics.client.increment('x')
    await metrics.flush()
  }
  await metrics.shutdown()
})
