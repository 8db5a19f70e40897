/** Commands of the package `redis` in versions 2 and 3: callbacks and events. */

import assert from 'node:assert/strict'
import { type EventEmitter, once } from 'node:events'
import { activeSpan } from '../../src/kit/index'
import type { LibrarySet } from '../../test/libraries/sets'
import { type ClientPlace, withEachSet } from '../../test/support/client-sets'
import type { Collector, PlainSpan } from '../../test/support/collect'
import { deadPort, dyingServer } from '../../test/support/dying-server'
import redis from './index'

const isClassic = ({ versions }: LibrarySet): boolean => Number.parseInt(versions.redis, 10) < 4

type Call = (...args: unknown[]) => unknown

interface Queue extends Record<'set' | 'get' | 'lpush', (...args: unknown[]) => Queue> {
  exec(callback: Call): unknown
}

interface Client extends EventEmitter, Record<'get' | 'set' | 'lpush' | 'auth' | 'quit', Call> {
  multi(): Queue
  end(flush: boolean): void
  stream: { destroy(): void }
}

interface Library {
  createClient(options: object): Client
  RedisClient: { prototype: Record<string, unknown> }
}

const libraryOf = ({ set }: ClientPlace) => set.require('redis') as Library

function open(place: ClientPlace, options: object = {}): Client {
  const { host, port, t } = place
  const client = libraryOf(place).createClient({ host, port, ...options })
  client.on('error', () => {})
  t.after(() => client.end(false))
  return client
}

const called = (fn: (callback: Call) => unknown): Promise<unknown[]> =>
  new Promise(resolve => fn((...results) => resolve(results)))

const asked = (collector: Collector): PlainSpan[] => collector.own().filter(span => span.resource !== 'info')
const told = (collector: Collector) =>
  asked(collector).map(span => [span.meta['redis.raw_command'], span.error, span.meta['error.message']])

withEachSet(
  redis,
  'redis',
  test => {
    test('a command is one span, also when it waits for the connection', async place => {
      const collector = place.collect()
      const client = open(place)
      await collector.inParent(() => called(callback => client.set('classic:a', 'b', callback)))
      const [span, ...more] = asked(collector)
      const parent = collector.spans().find(each => each.name === 'test.parent')
      assert.equal(more.length, 0)
      assert.deepEqual(
        [span.name, span.service, span.resource, span.type, span.error, span.parentId],
        ['redis.command', 'shop-redis', 'set', 'redis', 0, parent?.spanId],
      )
      assert.equal(span.meta['redis.raw_command'], 'SET classic:a b')
      assert.equal(span.meta['db.type'], 'redis')
      assert.equal(span.meta['out.host'], place.host)
      assert.equal(span.metrics['network.destination.port'], place.port)
    })

    test('callbacks run where they were given', async place => {
      const collector = place.collect()
      const client = open(place)
      await once(client, 'ready')
      await collector.inParent(async parent => {
        const seen: unknown[] = []
        const see = () => seen.push(activeSpan())
        await called(callback => client.get('classic:a', () => callback(see())))
        await called(callback => client.lpush('classic:a', 'x', () => callback(see())))
        await called(callback =>
          client
            .multi()
            .get('classic:a', see)
            .set('classic:m', '1')
            .exec(() => callback(see())),
        )
        assert.deepEqual(seen, Array(seen.length).fill(parent))
        // Version 2.6 does not call the callbacks of commands in a MULTI.
        assert.ok(seen.length >= 3)
      })
      assert.deepEqual(
        asked(collector).map(span => span.resource),
        ['get', 'lpush', 'multi', 'get', 'set', 'exec'],
      )
    })

    test('errors go to the callback, or are events where there is none', async place => {
      const collector = place.collect()
      const client = open(place)
      await called(callback => client.set('classic:text', 'x', callback))
      collector.clear()
      const [error] = (await called(callback => client.lpush('classic:text', 'y', callback))) as [Error]
      const event = once(client, 'error')
      client.set('classic:text', 'z')
      client.lpush('classic:text', 'y')
      const [emitted] = (await event) as [Error]
      assert.equal(emitted.message, error.message)
      assert.deepEqual(told(collector), [
        ['LPUSH classic:text y', 1, error.message],
        ['SET classic:text z', 0, undefined],
        ['LPUSH classic:text y', 1, error.message],
      ])
    })

    test('commands fail with their spans: the server dies, is not there, the client is closed', async place => {
      const collector = place.collect()
      const port = await dyingServer(place.t, 'deadly', /^\*\d/gm, '+OK\r\n')
      const options = { host: '127.0.0.1', no_ready_check: true, retry_strategy: () => undefined }
      const fail = async (client: Client, to: number) => {
        // A command without a callback fails with it.
        client.get('silent')
        const [error] = (await called(callback => client.get('deadly', callback))) as [Error]
        assert.ok(error instanceof Error)
        const span = asked(collector).find(each => each.meta['redis.raw_command'] === 'GET deadly')
        assert.deepEqual(
          [span?.error, span?.meta['error.message'], span?.metrics['network.destination.port']],
          [1, error.message, to],
        )
        assert.equal(asked(collector).length, 2)
        collector.clear()
      }
      const client = open(place, { ...options, port })
      await fail(client, port)
      const nowhere = await deadPort()
      await fail(open(place, { ...options, port: nowhere }), nowhere)
    })

    test('use() selects commands, and switches off', async place => {
      const collector = place.collect({ use: { redis: { blocklist: ['SET'] } } })
      const client = open(place)
      await called(callback => client.set('classic:a', 'b', callback))
      await called(callback => client.get('classic:a', callback))
      collector.registry.use('redis', false)
      await called(callback => client.get('classic:a', callback))
      assert.deepEqual(told(collector), [['GET classic:a', 0, undefined]])
    })

    test('unpatching restores everything', async place => {
      const { prototype } = libraryOf(place).RedisClient
      const names = ['internal_send_command', 'return_reply', 'return_error', 'flush_and_error']
      const originals = names.map(name => prototype[name])
      const collector = place.collect()
      for (const [index, name] of names.entries()) assert.notEqual(prototype[name], originals[index])
      collector.stop()
      for (const [index, name] of names.entries()) assert.equal(prototype[name], originals[index])
    })
  },
  isClassic,
)
