/** The spans of lookups, against a name server of the test's own. */

import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { activeSpan } from '../../src/trace/context'
import { type Collector, collect, onlyChild, type PlainSpan } from '../../test/support/collect'
import integration from './index'

const dns = require('node:dns') as typeof import('node:dns')
const promises = require('node:dns/promises') as typeof import('node:dns/promises')
const originals = [dns, promises, dns.Resolver.prototype, promises.Resolver.prototype].map(owner => ({
  owner,
  before: { ...owner } as Record<string, unknown>,
}))

describe('dns', () => {
  let collector: Collector
  let server: Socket
  let address: string
  let resolver: InstanceType<typeof dns.Resolver>
  let byPromise: InstanceType<typeof promises.Resolver>

  before(async () => {
    collector = collect([integration])
    server = createSocket('udp4').bind(0, '127.0.0.1')
    server.on('message', (query, from) => server.send(answer(query), from.port, from.address))
    await once(server, 'listening')
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`
    resolver = new dns.Resolver()
    resolver.setServers([address])
    byPromise = new promises.Resolver()
    byPromise.setServers([address])
  })
  afterEach(() => {
    collector.clear()
    collector.registry.use('dns', true)
  })
  after(() => {
    server.close()
    collector.stop()
  })

  async function spanOf(work: () => unknown): Promise<PlainSpan> {
    const span = await onlyChild(collector, work)
    assert.equal(span.service, 'shop')
    assert.equal(span.meta.component, 'dns')
    assert.equal(span.meta['span.kind'], 'client')
    return span
  }
  const shown = ({ name, resource, meta, metrics, error }: PlainSpan): unknown => {
    const own = Object.entries({ ...meta, ...metrics }).filter(([key]) => key.startsWith('dns.'))
    return [name, resource, Object.fromEntries(own), error]
  }
  const local = { 'dns.hostname': '127.0.0.1', 'dns.address': '127.0.0.1', 'dns.addresses': '127.0.0.1' }
  const looked = ['dns.lookup', '127.0.0.1', local, 0]
  const resolved = (type: string, host = 'shop.test', error = 0): unknown[] => [
    'dns.resolve',
    `${type} ${host}`,
    { 'dns.hostname': host, 'dns.rrtype': type },
    error,
  ]

  for (const [title, work, expected] of [
    ['lookup', () => promisify(dns.lookup)('127.0.0.1'), looked],
    ['lookup of all', () => promisify(dns.lookup)('127.0.0.1', { all: true }), looked],
    ['lookup by promise', () => promises.lookup('127.0.0.1'), looked],
    ['lookup of all by promise', () => promises.lookup('127.0.0.1', { all: true }), looked],
    [
      'lookup that fails',
      () => assert.rejects(promises.lookup('no..such..name')),
      ['dns.lookup', 'no..such..name', { 'dns.hostname': 'no..such..name' }, 1],
    ],
    [
      'lookupService',
      () => promises.lookupService('127.0.0.1', 80),
      ['dns.lookup_service', '127.0.0.1:80', { 'dns.address': '127.0.0.1', 'dns.port': 80 }, 0],
    ],
    ['resolve', () => promisify(resolver.resolve.bind(resolver))('shop.test'), resolved('A')],
    ['resolve by promise', () => byPromise.resolve('shop.test', 'A'), resolved('A')],
    [
      'resolve4',
      () => promisify(resolver.resolve4.bind(resolver))('shop.test', { ttl: true }),
      resolved('A'),
    ],
    [
      'resolveMx that fails',
      () => assert.rejects(byPromise.resolveMx('none.test')),
      resolved('MX', 'none.test', 1),
    ],
    [
      'reverse that fails',
      () => assert.rejects(promisify(resolver.reverse.bind(resolver))('10.0.0.1')),
      ['dns.reverse', '10.0.0.1', { 'dns.ip': '10.0.0.1' }, 1],
    ],
  ] as [string, () => unknown, unknown][]) {
    it(`sees ${title}`, async () => assert.deepEqual(shown(await spanOf(work)), expected))
  }

  it('sees the functions of the module once servers were set', async t => {
    const before = dns.getServers()
    t.after(() => dns.setServers(before))
    dns.setServers([address])
    assert.deepEqual(shown(await spanOf(() => promises.resolve4('shop.test'))), resolved('A'))
  })

  it('calls back in the context of the caller', async () => {
    await collector.inParent(
      parent =>
        new Promise<void>(resolve => {
          dns.lookup('127.0.0.1', (...args) => {
            assert.equal(activeSpan(), parent)
            assert.deepEqual(args, [null, '127.0.0.1', 4])
            resolve()
          })
        }),
    )
  })

  it('keeps what `promisify` makes of lookup', async () => {
    await collector.inParent(async () => {
      assert.deepEqual(await promisify(dns.lookup)('127.0.0.1'), { address: '127.0.0.1', family: 4 })
    })
  })

  it('makes no span without a parent, and none while it is switched off', async () => {
    await promises.lookup('127.0.0.1')
    collector.registry.use('dns', { enabled: false })
    await collector.inParent(() => promises.lookup('127.0.0.1'))
    assert.equal(collector.own().length, 0)
  })

  it('puts everything back', () => {
    collector.stop()
    for (const { owner, before } of originals.slice(2)) {
      for (const [name, value] of Object.entries(before)) {
        assert.equal((owner as unknown as Record<string, unknown>)[name], value, name)
      }
    }
    assert.equal(dns.lookup, originals[0].before.lookup)
    assert.equal(promises.lookup, originals[1].before.lookup)
  })
})

/** Answers that `shop.test` is 10.1.2.3, and that other names do not exist. */
function answer(query: Buffer): Buffer {
  const isKnown = query.includes('shop')
  const head = Buffer.from(query.subarray(0, 12))
  head.writeUInt16BE(isKnown ? 0x8180 : 0x8183, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(isKnown ? 1 : 0, 6)
  head.writeUInt32BE(0, 8)
  const end = query.indexOf(0, 12) + 5
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 1, 2, 3])
  return Buffer.concat([head, query.subarray(12, end), ...(isKnown ? [record] : [])])
}
