/** Contract of ioredis and its forks: the spans of commands, and nothing else changes. */

import assert from 'node:assert/strict'
import { type EventEmitter, once } from 'node:events'
import { activeSpan } from '../../src/kit/index'
import type { Integration } from '../../src/patch/types'
import { type ClientPlace, withEachSet } from '../support/client-sets'
import type { Collector, PlainSpan } from '../support/collect'
import { deadPort, dyingServer } from '../support/dying-server'

type Call = (...args: unknown[]) => Promise<unknown>
type Callback = (error: unknown, result?: unknown) => void

interface Queue {
  set(key: string, value: unknown): Queue
  get(key: string): Queue
  lpush(key: string, value: string): Queue
  exec(): Promise<[Error | null, unknown][]>
}

interface Command {
  promise: Promise<unknown>
  reject(error: unknown): void
  initPromise(): void
}

interface Client
  extends EventEmitter,
    Record<'get' | 'set' | 'del' | 'lpush' | 'strlen' | 'blpop' | 'publish' | 'auth' | 'config', Call> {
  disconnect(): void
  duplicate(): Client
  pipeline(): Queue
  multi(): Queue
  sendCommand(command: Command): Promise<unknown>
  subscribe(channel: string): Promise<unknown>
  defineCommand(name: string, options: object): void
  echoed?: Call
}

interface Library {
  new (options: object): Client
  Command: new (name: string, args: unknown[]) => Command
  prototype: Client
}

interface Names {
  /** `redis` or `valkey`. */
  type: string
  service: string
}

/** Declares the tests for each set of `integration`, whose name is that of the package. */
export function ioredisTests(integration: Integration, { type, service }: Names): void {
  /** Prefix of keys, so that two integrations can be tested at once. */
  const own = `${integration.name}:`
  const rawTag = `${type}.raw_command`
  const libraryOf = ({ set }: ClientPlace) => set.require(integration.name) as Library
  const make = (place: ClientPlace, options: object = {}): Client => {
    const { host, port } = place
    const client = new (libraryOf(place))({ host, port, retryStrategy: () => null, ...options })
    client.on('error', () => {})
    place.t.after(() => client.disconnect())
    return client
  }
  /** Returns the spans without those of commands that a client sends by itself once it has connected. */
  const asked = (collector: Collector): PlainSpan[] =>
    collector.own().filter(span => !['info', 'hello', 'client'].includes(span.resource))
  const raw = (collector: Collector): string[] => asked(collector).map(span => span.meta[rawTag])
  const parentIn = (collector: Collector) => collector.spans().find(each => each.name === 'test.parent')

  withEachSet(integration, 'redis', test => {
    test('a command is a span, also when it waits for the connection', async place => {
      const collector = place.collect()
      const client = make(place)
      await collector.inParent(() => client.set(`${own}a`, 'b'))
      assert.equal(asked(collector).length, 1)
      const [span] = asked(collector)
      assert.deepEqual(
        [span.name, span.service, span.resource, span.type, span.error, span.parentId],
        [`${type}.command`, service, 'set', type, 0, parentIn(collector)?.spanId],
      )
      assert.equal(span.meta[rawTag], `SET ${own}a b`)
      assert.equal(span.meta['db.type'], type)
      assert.equal(span.meta['out.host'], place.host)
      assert.equal(span.metrics['network.destination.port'], place.port)
      assert.equal(span.meta.component, integration.name)
      assert.equal(span.meta['_dd.integration'], integration.name)
      assert.equal(span.meta['_dd.svc_src'], integration.name)
      assert.equal(span.meta['span.kind'], 'client')
      assert.equal(span.metrics['_dd.measured'], 1)
    })

    test('schema v1 has the own service, and names the peer', async place => {
      const collector = place.collect({ config: { spanAttributeSchema: 'v1' } })
      await make(place).get(`${own}a`)
      const [span] = asked(collector)
      assert.deepEqual([span.name, span.service], [`${type}.command`, 'shop'])
      assert.equal(span.meta['peer.service'], place.host)
    })

    test('errors of the server are the span’s, and the same object reaches the application', async place => {
      const collector = place.collect()
      const client = make(place)
      await client.set(`${own}text`, 'x')
      collector.clear()
      const error = (await client.lpush(`${own}text`, 'y').catch(caught => caught)) as Error
      const [span] = asked(collector)
      assert.equal(span.error, 1)
      assert.equal(span.meta['error.type'], error.name)
      assert.equal(span.meta['error.message'], error.message)
      assert.equal(span.meta['error.stack'], error.stack)
      assert.match(error.message, /^WRONGTYPE/)
    })

    test('each command of a pipeline and of a MULTI is a span of its caller', async place => {
      const collector = place.collect()
      const client = make(place)
      await collector.inParent(async () => {
        const results = await client.pipeline().set(`${own}p`, 1).get(`${own}p`).lpush(`${own}p`, 'x').exec()
        assert.deepEqual(
          results.map(([error, value]) => error?.name ?? value),
          ['OK', '1', 'ReplyError'],
        )
        await client.multi().set(`${own}p`, 2).get(`${own}p`).exec()
      })
      const pipeline = [`SET ${own}p 1`, `GET ${own}p`, `LPUSH ${own}p x`]
      assert.deepEqual(raw(collector), [...pipeline, 'MULTI', `SET ${own}p 2`, `GET ${own}p`, 'EXEC'])
      for (const span of asked(collector)) {
        assert.equal(span.parentId, parentIn(collector)?.spanId)
        assert.equal(span.error, span.resource === 'lpush' ? 1 : 0)
      }
    })

    for (const enableAutoPipelining of [false, true]) {
      const how = enableAutoPipelining ? ', in pipelines that the client makes' : ''
      test(`many callers at once keep their own contexts${how}`, async place => {
        const collector = place.collect()
        const client = make(place, { enableAutoPipelining })
        await once(client, 'ready')
        collector.clear()
        const parents = await Promise.all(
          Array.from({ length: 20 }, (_, number) =>
            collector.inParent(async parent => {
              await client.get(`${own}${number}`)
              assert.equal(activeSpan(), parent)
              await new Promise<void>((resolve, reject) => {
                const callback: Callback = error => {
                  assert.equal(activeSpan(), parent)
                  if (error) reject(error)
                  else resolve()
                }
                void client.get(`${own}${number}`, callback)
              })
              return parent.toSpanId(true)
            }),
          ),
        )
        const spans = asked(collector)
        assert.equal(spans.length, 40)
        for (const span of spans)
          assert.equal(span.parentId, parents[Number(span.meta[rawTag].split(':')[1])])
      })
    }

    test('scripts, blocking commands and subscriptions work as they do', async place => {
      const collector = place.collect()
      const [client, other] = [make(place), make(place)]
      client.defineCommand('echoed', { numberOfKeys: 1, lua: 'return {KEYS[1],ARGV[1]}' })
      assert.deepEqual(await client.echoed?.(`${own}k`, 'v'), [`${own}k`, 'v'])
      assert.deepEqual(await client.echoed?.(`${own}k`, 'w'), [`${own}k`, 'w'])
      await client.del(`${own}list`)
      const popped = client.blpop(`${own}list`, 5)
      await other.lpush(`${own}list`, 'x')
      assert.deepEqual(await popped, [`${own}list`, 'x'])
      const subscriber = client.duplicate()
      place.t.after(() => subscriber.disconnect())
      const message = once(subscriber, 'message')
      assert.equal(await subscriber.subscribe(`${own}channel`), 1)
      await other.publish(`${own}channel`, 'hello')
      assert.deepEqual(await message, [`${own}channel`, 'hello'])
      const names = asked(collector).map(span => span.resource)
      for (const name of ['evalsha', 'blpop', 'lpush', 'subscribe', 'publish'])
        assert.ok(names.includes(name), name)
      assert.ok(raw(collector).includes(`BLPOP ${own}list 5`))
    })

    test('bytes and secrets are not told', async place => {
      const collector = place.collect()
      const client = make(place)
      await client.set(`${own}bytes`, Buffer.from('x'))
      await client.auth('secret').catch(() => {})
      await client.config('SET', 'requirepass', '')
      assert.deepEqual(raw(collector), [`SET ${own}bytes ?`, 'AUTH ?', 'CONFIG SET requirepass ?'])
    })

    test('the promise of a command is its own, and a command that is sent again is another span', async place => {
      const collector = place.collect()
      const client = make(place)
      const command = new (libraryOf(place).Command)('get', [`${own}a`])
      const { promise } = command
      assert.equal(client.sendCommand(command), promise)
      await promise
      command.initPromise()
      assert.equal(client.sendCommand(command), command.promise)
      await command.promise
      assert.deepEqual(raw(collector), [`GET ${own}a`, `GET ${own}a`])
    })

    test('a command that is tried again, as after a redirection in a cluster, has a span for each try', async place => {
      const collector = place.collect()
      const client = make(place)
      await client.set(`${own}text`, 'x')
      collector.clear()
      const command = new (libraryOf(place).Command)('lpush', [`${own}text`, 'y'])
      const { reject } = command
      let tries = 0
      command.reject = error =>
        ++tries < 3 ? void client.sendCommand(command).catch(() => {}) : reject(error)
      const { promise } = command
      await assert.rejects(client.sendCommand(command), /WRONGTYPE/)
      await assert.rejects(promise, /WRONGTYPE/)
      assert.deepEqual(
        asked(collector).map(span => [span.resource, span.error]),
        [
          ['lpush', 1],
          ['lpush', 1],
          ['lpush', 1],
        ],
      )
    })

    test('use() selects commands, splits and renames the service, and switches off', async place => {
      const collector = place.collect({
        use: { [integration.name]: { allowlist: ['GET', /^S/], blocklist: 'set' } },
      })
      const client = make(place, { connectionName: 'cart' })
      const all = async (options?: object) => {
        if (options !== undefined) collector.registry.use(integration.name, options as never)
        await client.set(`${own}a`, 'b')
        await client.get(`${own}a`)
        await client.strlen(`${own}a`)
        const seen = asked(collector).map(span => `${span.resource} ${span.service}`)
        collector.clear()
        return seen
      }
      assert.deepEqual(await all(), [`get ${service}`, `strlen ${service}`])
      assert.deepEqual(await all({ filter: (name: string) => name === 'STRLEN' }), [`strlen ${service}`])
      assert.deepEqual(await all({ enabled: false }), [])
      assert.deepEqual(await all({ blocklist: ['set', 'strlen'], splitByInstance: true }), ['get cart'])
      assert.deepEqual(await all({ blocklist: ['set', 'strlen'], splitByInstance: true, service: 'cache' }), [
        'get cache-cart',
      ])
      assert.deepEqual(await all({ blocklist: ['set', 'strlen'], service: 'cache' }), ['get cache'])
    })

    test('commands fail with their spans: the server dies, is not there, the client is closed', async place => {
      const collector = place.collect()
      const port = await dyingServer(place.t, 'deadly', /^\*\d/gm, '+OK\r\n')
      const options = { host: '127.0.0.1', enableReadyCheck: false, disableClientInfo: true, protocol: 2 }
      const fail = async (client: Client, to: number) => {
        const error = (await client.get('deadly').catch(caught => caught)) as Error
        assert.ok(error instanceof Error)
        const span = asked(collector).at(-1)
        assert.deepEqual(
          [span?.error, span?.meta['error.message'], span?.metrics['network.destination.port']],
          [1, error.message, to],
        )
        collector.clear()
      }
      const client = make(place, { ...options, port })
      await fail(client, port)
      await fail(client, port)
      const nowhere = await deadPort()
      await fail(make(place, { ...options, port: nowhere }), nowhere)
    })

    test('a command that is repeated on a new connection is one span', async place => {
      const collector = place.collect()
      const client = make(place, { retryStrategy: () => 1 })
      await client.get(`${own}a`)
      collector.clear()
      const popped = client.blpop(`${own}never`, 1)
      const { stream } = client as unknown as { stream: { destroy(): void } }
      setImmediate(() => stream.destroy())
      assert.equal(await popped, null)
      assert.deepEqual(raw(collector), [`BLPOP ${own}never 1`])
    })

    test('unpatching restores everything', async place => {
      const { prototype } = libraryOf(place)
      const original = prototype.sendCommand
      const collector = place.collect()
      const wrapped = prototype.sendCommand
      assert.notEqual(wrapped, original)
      assert.deepEqual([wrapped.name, wrapped.length], [original.name, original.length])
      assert.ok(Object.hasOwn(libraryOf(place), '__datadog_patch'))
      collector.stop()
      assert.equal(prototype.sendCommand, original)
      assert.equal(Object.hasOwn(libraryOf(place), '__datadog_patch'), false)
    })
  })
}
