/** The spans of connections. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { type Collector, collect, onlyChild, type PlainSpan } from '../../test/support/collect'
import { temporaryFolder } from '../../test/support/temporary'
import dnsIntegration from '../dns/index'
import integration from './index'

const net = require('node:net') as typeof import('node:net')
const { connect } = net.Socket.prototype
// A port on which no server listens.
const CLOSED_PORT = 65531

describe('net', () => {
  let collector: Collector
  let server: Server
  let port: number

  before(async () => {
    collector = collect([integration, dnsIntegration], { use: { dns: false } })
    server = net.createServer(socket => socket.end()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  afterEach(() => {
    collector.clear()
    collector.registry.use('net', true)
    collector.registry.use('dns', false)
  })
  after(() => {
    server.close()
    collector.stop()
  })

  async function spanOf(work: () => unknown): Promise<PlainSpan> {
    const span = await onlyChild(collector, work)
    assert.equal(span.service, 'shop')
    assert.equal(span.meta.component, 'net')
    assert.equal(span.meta['span.kind'], 'client')
    return span
  }

  for (const [title, open] of [
    ['a port and a host', () => net.connect(port, '127.0.0.1')],
    ['options', () => net.createConnection({ port, host: '127.0.0.1' })],
    ['a socket of its own', () => new net.Socket().connect(port, '127.0.0.1')],
    [
      'a port that is text',
      () => new net.Socket().connect({ port: String(port) as never, host: '127.0.0.1' }),
    ],
  ] as const) {
    it(`sees ${title}`, async () => {
      let local: Partial<AddressInfo> = {}
      const span = await spanOf(async () => {
        const socket = open()
        await once(socket, 'connect')
        local = socket.address() as AddressInfo
        socket.destroy()
      })
      assert.equal(span.name, 'tcp.connect')
      assert.equal(span.resource, `127.0.0.1:${port}`)
      assert.equal(span.error, 0)
      assert.equal(span.meta['tcp.remote.host'], '127.0.0.1')
      assert.equal(span.metrics['tcp.remote.port'], port)
      assert.equal(span.meta['tcp.local.address'], '127.0.0.1')
      assert.equal(span.metrics['tcp.local.port'], local.port)
      assert.equal(span.meta['tcp.family'], 'IPv4')
      assert.equal(span.meta['out.host'], '127.0.0.1')
      assert.equal(span.metrics['network.destination.port'], port)
    })
  }

  it('sees a path', async () => {
    const path = join(temporaryFolder('net-'), 'shop.sock')
    const local = net.createServer(socket => socket.end()).listen(path)
    await once(local, 'listening')
    const span = await spanOf(() => once(net.connect(path), 'connect'))
    assert.deepEqual([span.name, span.resource, span.meta['ipc.path']], ['ipc.connect', path, path])
    local.close()
  })

  it('sees a port where nobody listens', async () => {
    const span = await spanOf(() => assert.rejects(once(net.connect(CLOSED_PORT, '127.0.0.1'), 'connect')))
    assert.equal(span.error, 1)
    assert.match(span.meta['error.message'], /ECONNREFUSED/)
    assert.equal(span.meta['tcp.local.port'], undefined)
  })

  it('ends when the socket is given up', async () => {
    const span = await spanOf(() => once(net.connect(port, '127.0.0.1').destroy(), 'close'))
    assert.equal(span.error, 0)
  })

  it('has the lookup of the name beside it', async () => {
    collector.registry.use('dns', true)
    await collector.inParent(() => once(net.connect({ port, host: 'localhost', family: 4 }), 'connect'))
    const [parent] = collector.spans().filter(span => span.name === 'test.parent')
    assert.deepEqual(
      collector.own().map(span => [span.name, span.resource, span.parentId === parent.spanId]),
      [
        ['tcp.connect', `localhost:${port}`, true],
        ['dns.lookup', 'localhost', true],
      ],
    )
  })

  it('makes no span without a parent, and none while it is switched off', async () => {
    await once(net.connect(port, '127.0.0.1'), 'connect')
    collector.registry.use('net', { enabled: false })
    await collector.inParent(() => once(net.connect(port, '127.0.0.1'), 'connect'))
    assert.equal(collector.own().length, 0)
  })

  it('emits in the context of the caller', async () => {
    await collector.inParent(async parent => {
      const seen: boolean[] = []
      const socket = net.connect(port, '127.0.0.1', () => seen.push(activeSpan() === parent)).resume()
      socket.on('end', () => seen.push(activeSpan() === parent))
      await once(socket, 'close')
      assert.deepEqual(seen, [true, true])
    })
  })

  it('puts everything back', () => {
    collector.stop()
    assert.equal(net.Socket.prototype.connect, connect)
    assert.equal(Object.hasOwn(net.Socket.prototype, 'emit'), false)
  })
})
