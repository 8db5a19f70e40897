/** Commands of memcached: their spans, and that nothing else changes. */

import assert from 'node:assert/strict'
import { activeSpan } from '../../src/kit/index'
import { type ClientPlace, withEachSet } from '../../test/support/client-sets'
import { deadPort, dyingServer } from '../../test/support/dying-server'
import memcached from './index'

type Callback = (this: unknown, ...results: unknown[]) => void

interface Client {
  get(key: string | readonly string[], callback: Callback): void
  set(key: string, value: unknown, lifetime: number, callback: Callback): void
  incr(key: string, by: number, callback: Callback): void
  version(callback: Callback): void
  command(compile: (...args: unknown[]) => unknown, server?: string): unknown
  end(): void
}

interface Library {
  new (servers: string | readonly string[], options?: object): Client
  prototype: Client & { connect: unknown }
}

/** Options of a client that fails at once: by default it retries for minutes, and its timers keep the process alive. */
const ONCE = { retries: 0, failures: 5, retry: 1, failuresTimeout: 1 }

function open(
  { set, t, host, port }: ClientPlace,
  server: unknown = `${host}:${port}`,
  options = {},
): Client {
  const client = new (set.require('memcached') as Library)(server as string, options)
  t.after(() => client.end())
  return client
}

/** The arguments of a callback. */
const called = (fn: (callback: Callback) => void): Promise<unknown[]> =>
  new Promise(resolve => fn((...results) => resolve(results)))

withEachSet(memcached, 'memcached', test => {
  test('a command is a span, without its text', async place => {
    const collector = place.collect()
    const client = open(place)
    await collector.inParent(() => called(callback => client.set('memcached:a', 'b', 60, callback)))
    assert.deepEqual(await called(callback => client.get('memcached:a', callback)), [undefined, 'b'])
    const [span, get] = await collector.waitFor(2)
    const parent = collector.spans().find(each => each.name === 'test.parent')
    assert.deepEqual(
      [span.name, span.service, span.resource, span.type, span.error, span.parentId],
      ['memcached.command', 'shop-memcached', 'set', 'memcached', 0, parent?.spanId],
    )
    assert.equal(get.resource, 'get')
    assert.equal(span.meta['memcached.command'], undefined)
    assert.equal(span.meta['db.type'], 'memcached')
    assert.equal(span.meta['out.host'], place.host)
    assert.equal(span.metrics['network.destination.port'], place.port)
    assert.equal(span.meta.component, 'memcached')
    assert.equal(span.meta['_dd.integration'], 'memcached')
    assert.equal(span.meta['_dd.svc_src'], 'memcached')
    assert.equal(span.meta['span.kind'], 'client')
    assert.equal(span.metrics['_dd.measured'], 1)
  })

  test('the text of commands is there for who asks for it; schema v1 has the own service', async place => {
    const config = { spanAttributeSchema: 'v1' }
    const collector = place.collect({ config, use: { memcached: { memcachedCommandEnabled: true } } })
    const client = open(place)
    await called(callback => client.get('memcached:a', callback))
    const [span] = await collector.waitFor(1)
    assert.deepEqual([span.name, span.service], ['memcached.command', 'shop'])
    assert.equal(span.meta['memcached.command'], 'get memcached:a')
    assert.equal(span.meta['peer.service'], place.host)
  })

  test('callbacks run where they were given, with the command as `this`', async place => {
    const collector = place.collect()
    const client = open(place)
    // This opens the socket, outside of all spans.
    await called(callback => client.get('memcached:a', callback))
    await collector.waitFor(1)
    collector.clear()
    const parents = await Promise.all(
      Array.from({ length: 5 }, (_, number) =>
        collector.inParent(async parent => {
          await new Promise<void>(resolve => {
            const callback = function (this: unknown) {
              assert.equal(activeSpan(), parent)
              assert.equal((this as { callback: unknown }).callback, callback)
              resolve()
            }
            client.get(`memcached:${number}`, callback)
          })
          return parent.toSpanId(true)
        }),
      ),
    )
    const spans = await collector.waitFor(5)
    assert.deepEqual(spans.map(span => span.parentId).sort(), parents.sort())
  })

  test('many keys are asked of each server at once', async place => {
    const collector = place.collect()
    const { host, port } = place
    const client = open(place, [`${host}:${port}`, `localhost:${port}`])
    const keys = Array.from({ length: 20 }, (_, number) => `memcached:many:${number}`)
    await called(callback => client.set(keys[0], 'x', 60, callback))
    await collector.waitFor(1)
    collector.clear()
    const [error, values] = await called(callback => client.get(keys, callback))
    assert.deepEqual([error, values], [undefined, { [keys[0]]: 'x' }])
    const spans = await collector.waitFor(2)
    assert.deepEqual(spans.map(span => `${span.resource} ${span.meta['out.host']}`).sort(), [
      `get ${host}`,
      'get localhost',
    ])
  })

  test('errors of the server, and of arguments, are the span’s', async place => {
    const collector = place.collect()
    const client = open(place)
    await called(callback => client.set('memcached:text', 'x', 60, callback))
    const [refused] = await called(callback => client.incr('memcached:text', 1, callback))
    const [wrong] = await called(callback => client.get('with spaces', callback))
    const [, incr, get] = await collector.waitFor(3)
    for (const [span, error] of [
      [incr, refused],
      [get, wrong],
    ] as const) {
      assert.equal(span.error, 1)
      assert.equal(span.meta['error.message'], (error as Error).message)
      assert.equal(span.meta['error.type'], 'Error')
      assert.equal(span.metrics['network.destination.port'], place.port)
    }
  })

  test('a server that is not there is the span’s error', async place => {
    const collector = place.collect()
    const port = await deadPort()
    const client = open(place, `127.0.0.1:${port}`, ONCE)
    const [error] = await called(callback => client.get('a', callback))
    const [span] = await collector.waitFor(1)
    assert.ok(error instanceof Error)
    assert.deepEqual([span.error, span.meta['error.message']], [1, error.message])
    assert.equal(span.metrics['network.destination.port'], port)
  })

  test('a server that dies ends the spans of what it did not answer', async place => {
    const collector = place.collect()
    const port = await dyingServer(place.t, 'deadly', /^get/gm, 'END\r\n')
    const client = open(place, `127.0.0.1:${port}`, ONCE)
    await called(callback => client.get('a', callback))
    // The library never calls back.
    client.get('deadly', () => {})
    const [, span] = await collector.waitFor(2)
    assert.deepEqual(
      [span.error, span.meta['error.message']],
      [1, 'The connection was closed before the answer'],
    )
  })

  test('commands of the application’s own making: what they return, throw, or leave out', async place => {
    const collector = place.collect()
    const client = open(place)
    const failure = new Error('mine')
    const thrown = () => {
      throw failure
    }
    assert.throws(() => client.command(thrown), failure)
    assert.throws(() => client.command(() => undefined), TypeError)
    assert.throws(() => client.command(undefined as never), TypeError)
    assert.deepEqual(collector.own(), [])
    const query = { type: 'mine', command: 'get memcached:a' }
    assert.equal(
      client.command(() => query),
      undefined,
    )
    const [span] = await collector.waitFor(1)
    assert.deepEqual([span.resource, span.error], ['mine', 0])
    // Connections answer in order.
    await called(callback => client.get('memcached:a', callback))
  })

  test('use() renames the service and switches off', async place => {
    const collector = place.collect({ use: { memcached: { service: 'cache' } } })
    const client = open(place)
    await called(callback => client.get('memcached:a', callback))
    const [span] = await collector.waitFor(1)
    assert.deepEqual([span.service, span.meta['_dd.svc_src']], ['cache', 'opt.plugin'])
    collector.clear()
    collector.registry.use('memcached', false)
    await called(callback => client.get('memcached:a', callback))
    assert.deepEqual(collector.own(), [])
  })

  test('unpatching restores everything', async place => {
    const library = place.set.require('memcached') as Library
    const { command, connect } = library.prototype
    const collector = place.collect()
    const wrapped = library.prototype.command
    assert.notEqual(wrapped, command)
    assert.deepEqual([wrapped.name, wrapped.length], [command.name, command.length])
    assert.ok(Object.hasOwn(library, '__datadog_patch'))
    collector.stop()
    assert.equal(library.prototype.command, command)
    assert.equal(library.prototype.connect, connect)
    assert.equal(Object.hasOwn(library, '__datadog_patch'), false)
  })
})
