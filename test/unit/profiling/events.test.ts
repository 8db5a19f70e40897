import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import dnsIntegration from '../../../integrations/dns/index'
import netIntegration from '../../../integrations/net/index'
import { gcLabels, operationLabels } from '../../../src/profiling/events/event'
import { capacityOf, EventsSampler } from '../../../src/profiling/events/events-sampler'
import { Reservoir } from '../../../src/profiling/events/reservoir'
import { followClosed } from '../../../src/trace/local-trace'
import { type Collector, collect } from '../../support/collect'
import { type ProfileSample, readProfile } from '../../support/profiles'

const dns = require('node:dns') as typeof import('node:dns')
const net = require('node:net') as typeof import('node:net')

/** Options that keep every operation longer than a few nanoseconds. */
const ALL = { intervalUs: 0.001, windowMs: 1000 }
/** Options that keep no operation. */
const NONE = { intervalUs: 1e12, windowMs: 1e12 }

/** Runs a full garbage collection. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

async function eventsOf(sampler: EventsSampler, kind: string): Promise<ProfileSample[]> {
  // Node reports an operation in the turn of the event loop after its end.
  for (let turn = 0; turn < 3; turn++) await setImmediate()
  const bytes = await sampler.take(true)
  return bytes === undefined ? [] : readProfile(bytes).filter(({ labels }) => labels.event === kind)
}

describe('events', () => {
  let collector: Collector
  let sampler: EventsSampler
  let unfollow: () => void
  before(() => {
    collector = collect([dnsIntegration, netIntegration])
    sampler = new EventsSampler(ALL)
    unfollow = followClosed(span => sampler.closed(span))
    assert.ok(sampler.start())
  })
  after(() => {
    unfollow()
    sampler.stop()
    collector.stop()
  })

  test('a garbage collection has type, reason, thread and time, and no span', async () => {
    const from = Date.now()
    await collector.inParent(collectGarbage)
    const to = Date.now()
    const events = await eventsOf(sampler, 'gc')
    const [event] = events.filter(({ labels }) => labels['gc reason'] === 'forced')
    assert.equal(event.labels['gc type'], 'major')
    assert.deepEqual(event.stack, [''])
    assert.ok(event.values.timeline > 0)
    assert.equal(event.labels['thread name'], 'Main Event Loop')
    assert.equal(event.labels['span id'], undefined)
    const endedMs = Number(BigInt(event.labels.end_timestamp_ns) / 1_000_000n)
    // Another clock than the epoch's would be years away.
    assert.ok(endedMs >= from - 60_000 && endedMs <= to + 60_000, `${from} ${endedMs} ${to}`)
  })

  test('a lookup has the span that was active when it began, also if others look up the same name', async () => {
    const ids = await Promise.all(
      ['first', 'second'].map(() =>
        collector.inParent(async span => {
          await dns.promises.lookup('localhost')
          return span.toSpanId()
        }),
      ),
    )
    await dns.promises.lookup('localhost')
    const events = await eventsOf(sampler, 'dns')
    const shown = events.map(({ labels }) => [labels.operation, labels.host, labels['span id']])
    const expected = [...ids.map(id => ['lookup', 'localhost', id]), ['lookup', 'localhost', undefined]]
    assert.deepEqual(shown.sort(), expected.sort())
    for (const { labels } of events) assert.equal(labels['local root span id'], labels['span id'])
  })

  test('a lookup of a service has address and port', async () => {
    await dns.promises.lookupService('127.0.0.1', 80)
    const [{ labels }] = await eventsOf(sampler, 'dns')
    const { operation, address, port, host } = labels
    assert.deepEqual([operation, address, port, host], ['lookupService', '127.0.0.1', '80', undefined])
  })

  test('a connection has host, port and its span', async () => {
    const server = net.createServer(socket => socket.end()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const id = await collector.inParent(async span => {
      await once(net.connect(port, 'localhost'), 'connect')
      return span.toSpanId()
    })
    await once(net.connect(port, '127.0.0.1'), 'connect')
    server.close()
    const events = await eventsOf(sampler, 'net')
    assert.deepEqual(
      events.map(({ labels }) => [labels.operation, labels.host, labels.port, labels['span id']]),
      [
        ['connect', '127.0.0.1', String(port), id],
        ['connect', '127.0.0.1', String(port), undefined],
      ],
    )
  })

  test('a window has its own events only', async () => {
    await eventsOf(sampler, 'gc')
    assert.equal((await eventsOf(sampler, 'dns')).length, 0)
    assert.equal(sampler.start(), false)
  })
})

test('short operations are left out, garbage collections are not', async () => {
  const sampler = new EventsSampler(NONE)
  assert.ok(sampler.start())
  collectGarbage()
  await dns.promises.lookup('localhost')
  assert.equal((await eventsOf(sampler, 'dns')).length, 0)
  collectGarbage()
  assert.ok((await eventsOf(sampler, 'gc')).length > 0)
  sampler.stop()
})

test('a stopped sampler has no profile, and can start again', async () => {
  const sampler = new EventsSampler(ALL)
  assert.equal(await sampler.take(true), undefined)
  assert.ok(sampler.start())
  collectGarbage()
  sampler.stop()
  assert.equal(await sampler.take(true), undefined)
  assert.ok(sampler.start())
  collectGarbage()
  for (let turn = 0; turn < 3; turn++) await setImmediate()
  assert.ok((await sampler.take(false)) !== undefined)
  assert.equal(await sampler.take(false), undefined)
})

test('an unknown kind of collection is shown by its number, several reasons are joined by commas', () => {
  const gc = (kind: number, flags: number) =>
    gcLabels({ entryType: 'gc', name: 'gc', startTime: 0, duration: 1, detail: { kind, flags } })
  assert.deepEqual(gc(32, 0), { event: 'gc', 'gc type': 'unknown_32' })
  assert.deepEqual(gc(2, 36), {
    event: 'gc',
    'gc type': 'minor_mark_sweep',
    'gc reason': 'forced,all_external_memory',
  })
  for (const [kind, name] of [
    [1, 'minor'],
    [4, 'major'],
    [8, 'incremental'],
    [16, 'weakcb'],
  ] as const)
    assert.equal(gc(kind, 0)['gc type'], name)
})

test('an operation without details has its name', () => {
  const entry = { entryType: 'dns', name: 'queryA', startTime: 0, duration: 1 }
  assert.deepEqual(operationLabels(entry), { event: 'dns', operation: 'queryA' })
})

test('a reservoir keeps a fair sample of its size', () => {
  const reservoir = new Reservoir<number>(100)
  for (let at = 0; at < 100; at++) reservoir.add(at)
  assert.equal(reservoir.take().length, 100)
  const sums = [0, 0]
  for (let turn = 0; turn < 100; turn++) {
    for (let at = 0; at < 1000; at++) reservoir.add(at)
    const items = reservoir.take()
    assert.equal(items.length, 100)
    for (const item of items) sums[item < 500 ? 0 : 1]++
  }
  // 5,000 ± 47 are expected; the limit is ten times the deviation.
  assert.ok(Math.abs(sums[0] - 5000) < 500, `${sums}`)
})

test('the most events of a window follow from the interval and the number of threads', () => {
  const size = capacityOf({ intervalUs: 10_101, windowMs: 65_000 })
  assert.ok(size >= 3 * 6435 && size <= 6 * 6436, `${size}`)
  assert.equal(capacityOf({ intervalUs: 1, windowMs: 65_000 }), 100_000)
})
