/** Commands of the package `redis` since 4: their spans, and that nothing else changes. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { realpathSync } from 'node:fs'
import type { EventEmitter } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { activeSpan } from '../../src/kit/index'
import type { LibrarySet } from '../../test/libraries/sets'
import { type ClientPlace, withEachSet } from '../../test/support/client-sets'
import type { Collector, PlainSpan } from '../../test/support/collect'
import { deadPort, dyingServer } from '../../test/support/dying-server'
import redis from './index'

/** Versions whose commands are promises. */
const isPromising = ({ versions }: LibrarySet): boolean => Number.parseInt(versions.redis, 10) >= 4

type Command = (...args: unknown[]) => Promise<unknown>

interface Multi {
  set(key: string, value: string): Multi
  get(key: string): Multi
  lPush(key: string, value: string): Multi
  exec(): Promise<unknown[]>
}

interface Client
  extends EventEmitter,
    Record<'get' | 'set' | 'del' | 'lPush' | 'publish' | 'blPop', Command> {
  connect(): Promise<unknown>
  disconnect(): Promise<unknown>
  duplicate(): Client
  sendCommand(args: readonly unknown[], options?: object): Promise<unknown>
  multi(): Multi
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>
  constructor: { prototype: object }
}

interface Redis {
  createClient(options: object): Client
}

/** Closes a client that may be closed already, for which the library throws or rejects. */
async function close(client: Client): Promise<void> {
  try {
    await client.disconnect()
  } catch {}
}

async function open({ set, t, host, port }: ClientPlace, options: object = {}): Promise<Client> {
  const { createClient } = set.require('redis') as Redis
  const client = createClient({ socket: { host, port, reconnectStrategy: false }, ...options })
  client.on('error', () => {})
  t.after(() => close(client))
  await client.connect()
  return client
}

interface Queue {
  addCommand(...args: unknown[]): unknown
}

function queueModule({ set }: ClientPlace): { default: { name: string; prototype: object } } {
  const folder = realpathSync(set.folder)
  const file = Object.keys(require.cache).find(
    each => each.startsWith(folder) && each.endsWith('/dist/lib/client/commands-queue.js'),
  )
  return require.cache[file as string]?.exports
}

/** Returns the spans without those of commands that a client sends by itself once it has connected. */
const asked = (collector: Collector): PlainSpan[] =>
  collector.own().filter(span => !['HELLO', 'SELECT', 'CLIENT'].includes(span.resource))

const raw = (collector: Collector): string[] => asked(collector).map(span => span.meta['redis.raw_command'])

withEachSet(
  redis,
  'redis',
  test => {
    test('a command is a span', async place => {
      const collector = place.collect()
      const client = await open(place)
      await collector.inParent(() => client.set('redis:a', 'b'))
      const [span] = asked(collector)
      const parent = collector.spans().find(each => each.name === 'test.parent')
      assert.deepEqual(
        [span.name, span.service, span.resource, span.type, span.error, span.parentId],
        ['redis.command', 'shop-redis', 'SET', 'redis', 0, parent?.spanId],
      )
      assert.equal(span.meta['redis.raw_command'], 'SET redis:a b')
      assert.equal(span.meta['db.type'], 'redis')
      assert.equal(span.meta['out.host'], place.host)
      assert.equal(span.metrics['network.destination.port'], place.port)
      assert.equal(span.meta.component, 'redis')
      assert.equal(span.meta['_dd.integration'], 'redis')
      assert.equal(span.meta['_dd.svc_src'], 'redis')
      assert.equal(span.meta['span.kind'], 'client')
      assert.equal(span.metrics['_dd.measured'], 1)
      assert.equal(span.meta['peer.service'], undefined)
    })

    test('schema v1 has the own service, and names the peer', async place => {
      const collector = place.collect({ config: { spanAttributeSchema: 'v1' } })
      const client = await open(place)
      await client.get('redis:a')
      const [span] = asked(collector)
      assert.deepEqual([span.name, span.service], ['redis.command', 'shop'])
      assert.equal(span.meta['peer.service'], place.host)
      assert.equal(span.meta['_dd.peer.service.source'], 'out.host')
    })

    test('errors of the server are the span’s, and the same object reaches the application', async place => {
      const collector = place.collect()
      const client = await open(place)
      await client.set('redis:text', 'x')
      collector.clear()
      const error = await client.lPush('redis:text', 'y').catch((caught: Error) => caught)
      const [span] = asked(collector)
      assert.equal(span.error, 1)
      assert.equal(span.meta['error.message'], (error as Error).message)
      assert.equal(span.meta['error.type'], (error as Error).name)
      assert.match(span.meta['error.message'], /^WRONGTYPE/)
      assert.equal(span.meta['error.stack'], (error as Error).stack)
    })

    test('each command of a MULTI is a span of its caller', async place => {
      const collector = place.collect()
      const client = await open(place)
      const result = await collector.inParent(() => client.multi().set('redis:m', '1').get('redis:m').exec())
      assert.deepEqual(result, ['OK', '1'])
      assert.deepEqual(raw(collector), ['MULTI', 'SET redis:m 1', 'GET redis:m', 'EXEC'])
      const parent = collector.spans().find(each => each.name === 'test.parent')
      for (const span of asked(collector)) assert.equal(span.parentId, parent?.spanId)
    })

    test('a command that fails in a MULTI rejects it as without us', async place => {
      const client = await open(place)
      await client.set('redis:text', 'x')
      const exec = () =>
        client
          .multi()
          .lPush('redis:text', 'y')
          .exec()
          .then(String, (error: Error) => error.message)
      const plain = await exec()
      place.collect()
      assert.equal(await exec(), plain)
    })

    test('many callers at once keep their own contexts', async place => {
      const collector = place.collect()
      const client = await open(place)
      const parents = await Promise.all(
        Array.from({ length: 20 }, (_, number) =>
          collector.inParent(async parent => {
            await client.get(`redis:${number}`)
            assert.equal(activeSpan(), parent)
            return parent.toSpanId(true)
          }),
        ),
      )
      const spans = asked(collector)
      assert.equal(spans.length, 20)
      for (const span of spans) {
        const number = Number(span.meta['redis.raw_command'].split(':')[1])
        assert.equal(span.parentId, parents[number])
      }
    })

    test('a blocking command lasts until it is answered', async place => {
      const collector = place.collect()
      const [client, other] = [await open(place), await open(place)]
      await client.del('redis:list')
      const popped = client.blPop('redis:list', 5)
      await other.lPush('redis:list', 'x')
      assert.ok(await popped)
      assert.deepEqual(raw(collector).sort(), ['BLPOP redis:list 5', 'DEL redis:list', 'LPUSH redis:list x'])
    })

    test('messages of a subscription come as they are', async place => {
      const collector = place.collect()
      const client = await open(place)
      const subscriber = client.duplicate()
      subscriber.on('error', () => {})
      await subscriber.connect()
      place.t.after(() => close(subscriber))
      const messages: string[] = []
      await subscriber.subscribe('redis:channel', message => void messages.push(message))
      // Some versions refuse the command at once.
      await subscriber.get('redis:a').catch(() => {})
      await client.publish('redis:channel', 'hello')
      while (messages.length === 0) await setImmediate()
      assert.deepEqual(messages, ['hello'])
      assert.ok(raw(collector).includes('PUBLISH redis:channel hello'))
    })

    test('arguments are neither changed nor told when they are bytes or secrets', async place => {
      const collector = place.collect()
      const client = await open(place)
      const args = Object.freeze(['SET', 'redis:bytes', Buffer.from('x')])
      assert.equal(await client.sendCommand(args), 'OK')
      await client.sendCommand(['AUTH', 'secret']).catch(() => {})
      await client.sendCommand(['config', 'set', 'requirepass', '']).catch(() => {})
      assert.deepEqual(raw(collector), ['SET redis:bytes ?', 'AUTH ?', 'CONFIG set requirepass ?'])
      assert.equal(asked(collector)[2].resource, 'config')
    })

    test('the promise of a command is the client’s own', async place => {
      await open(place)
      const { prototype } = queueModule(place).default as { prototype: Queue }
      const { addCommand } = prototype
      place.t.after(() => Object.assign(prototype, { addCommand }))
      const calls: { queue: Queue; promise: unknown }[] = []
      prototype.addCommand = function (...args) {
        const promise = addCommand.apply(this, args)
        calls.push({ queue: this, promise })
        return promise
      }
      place.collect()
      const client = await open(place)
      const wrapped = client.get('redis:a')
      const { queue } = calls.at(-1) as { queue: Queue }
      const promise = queue.addCommand(['GET', 'redis:a'])
      assert.equal(calls.at(-1)?.promise, promise)
      await Promise.all([client.get('redis:a'), wrapped])
      await promise
    })

    test('use() selects commands by names in any case, renames the service, and switches off', async place => {
      const collector = place.collect({ use: { redis: { allowlist: ['get', /^s/], blocklist: 'SET' } } })
      const client = await open(place)
      const all = async () => {
        await client.set('redis:a', 'b')
        await client.get('redis:a')
        await client.sendCommand(['strlen', 'redis:a'])
        await client.del('redis:a')
        const names = asked(collector).map(span => span.resource)
        collector.clear()
        return names
      }
      assert.deepEqual(await all(), ['GET', 'strlen'])
      collector.registry.use('redis', { filter: (name: string) => name === 'STRLEN' })
      assert.deepEqual(await all(), ['strlen'])
      collector.registry.use('redis', { enabled: false })
      assert.deepEqual(await all(), [])
      collector.registry.use('redis', { service: 'cache' })
      await client.get('redis:a')
      const [span] = asked(collector)
      assert.deepEqual([span.service, span.meta['_dd.svc_src']], ['cache', 'opt.plugin'])
    })

    test('commands that the server never answers fail with their spans', async place => {
      const collector = place.collect()
      const port = await dyingServer(place.t, 'deadly', /^\*\d/gm, '+OK\r\n')
      // The stand-in server knows few commands: the client must send no others.
      const client = await open(
        { ...place, port, host: '127.0.0.1' },
        { RESP: 2, maintNotifications: 'disabled' },
      )
      collector.clear()
      const error = (await client.get('deadly').catch((caught: Error) => caught)) as Error
      assert.ok(error instanceof Error)
      const [span] = asked(collector)
      assert.equal(span.error, 1)
      assert.equal(span.meta['error.message'], error.message)
      assert.equal(span.metrics['network.destination.port'], port)
    })

    test('commands that wait for a connection fail with it', async place => {
      const collector = place.collect()
      const { createClient } = place.set.require('redis') as Redis
      const port = await deadPort()
      const reconnectStrategy = (retries: number) => (retries > 3 ? new Error('given up') : 10)
      const client = createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy } })
      client.on('error', () => {})
      const connected = client.connect().catch(() => {})
      await once(client, 'error')
      const error = await client.get('redis:a').catch((caught: Error) => caught)
      await connected
      assert.ok(error instanceof Error)
      const spans = collector.own()
      for (const span of spans) assert.equal(span.error, 1)
      assert.equal(spans.at(-1)?.meta['error.message'], (error as Error).message)
      assert.equal(spans.at(-1)?.metrics['network.destination.port'], port)
    })

    test('a command that is not taken has a span that failed', async place => {
      const collector = place.collect()
      const client = await open(place, { commandsQueueMaxLength: 20 })
      collector.clear()
      const key = (number: number) => `redis:${number}`
      const all = Array.from({ length: 21 }, (_, number) =>
        client.get(key(number)).catch((error: Error) => error.message),
      )
      assert.equal((await Promise.all(all)).at(-1), 'The queue is full')
      const failed = asked(collector).filter(span => span.error === 1)
      assert.deepEqual(
        failed.map(span => span.meta['redis.raw_command']),
        ['GET redis:20'],
      )
      assert.equal(asked(collector).length, 21)
    })

    test('unpatching restores everything', async place => {
      const collector = place.collect()
      const client = await open(place)
      const exports = queueModule(place)
      const wrapped = exports.default
      assert.ok(Object.hasOwn(wrapped, '__datadog_patch'))
      const wrappedMethod = Reflect.get(wrapped.prototype, 'addCommand')
      collector.stop()
      assert.notEqual(exports.default, wrapped)
      assert.equal(exports.default.name, wrapped.name)
      assert.equal(exports.default.prototype, wrapped.prototype)
      const method = Reflect.get(wrapped.prototype, 'addCommand')
      assert.notEqual(method, wrappedMethod)
      assert.deepEqual([method.name, method.length], [wrappedMethod.name, wrappedMethod.length])
      collector.clear()
      assert.equal(await client.sendCommand(['PING']), 'PONG')
      assert.deepEqual(collector.own(), [])
    })
  },
  isPromising,
)
