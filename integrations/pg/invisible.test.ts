/** What an application can see of the integration: nothing but the flags. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { Client, Connection, Pool, Query } from 'pg'
import { withService } from '../../test/services/service'
import { called, collectPg, connected, PgCursor, PgQueryStream } from '../../test/support/pg'

const METHODS: [object, string][] = [
  [Client.prototype, 'query'],
  [Client.prototype, '_pulseQueryQueue'],
  [Query.prototype, 'handleReadyForQuery'],
  [Query.prototype, 'handleError'],
  [Query.prototype, 'submit'],
  [Connection.prototype, 'query'],
  [Connection.prototype, 'parse'],
  [Object.getPrototypeOf(Pool.prototype), 'connect'],
]
const functionsNow = () =>
  METHODS.map(([owner, name]) => (owner as Record<string, (...args: unknown[]) => unknown>)[name])

test('the getter of the native client is not called', t => {
  collectPg(t)
  assert.equal(typeof Object.getOwnPropertyDescriptor(require('pg'), 'native')?.get, 'function')
})

test('without comments the way to the wire is not patched', t => {
  const before = functionsNow()
  collectPg(t)
  const patched = functionsNow()
  for (const [index, [, name]] of METHODS.entries()) {
    const isForComments = name === 'submit' || METHODS[index][0] === Connection.prototype
    assert.equal(patched[index] === before[index], isForComments, name)
  }
})

/** Everything that an application can see of its calls, as text. */
async function observe(client: Client, url: string): Promise<string[]> {
  const seen: string[] = []
  const see = (what: string, value: unknown) => {
    // The test runner's async hooks number every promise.
    seen.push(`${what}: ${inspect(value, { depth: 1 })}`.replace(/(async_id_symbol\)\]?: )\d+/g, '$1n'))
  }
  const thrownBy = (fn: () => unknown) => {
    try {
      return fn()
    } catch (error) {
      return `throws ${error}`
    }
  }
  const query = client.query as (...args: unknown[]) => unknown
  see(
    'null',
    thrownBy(() => query.call(client, null)),
  )
  see(
    'undefined',
    thrownBy(() => query.call(client)),
  )
  see(
    'throwing getter',
    thrownBy(() =>
      query.call(client, {
        get text(): string {
          throw new Error('mine')
        },
      }),
    ),
  )
  see(
    'callback returns',
    query.call(client, 'SELECT 1', () => {}),
  )
  see('promise', client.query('SELECT 1'))
  const config = Object.freeze({ text: 'SELECT 1 AS x', values: [] })
  see('frozen config', (await client.query(config)).rows)
  let reads = 0
  const accessor = {
    get text() {
      reads++
      return 'SELECT 2 AS x'
    },
  }
  see('accessor', (await client.query(accessor)).rows)
  see('reads of the accessor', reads)
  const callback = () => {}
  const withCallback = { text: 'SELECT 3', callback }
  query.call(client, withCallback)
  see('config is left alone', withCallback.callback === callback)
  const own = new Query('SELECT 4 AS x')
  see('query object is returned', client.query(own) === own)
  see('its text', (own as unknown as { text: string }).text)
  see('its listeners', own.eventNames())
  see('its enumerable keys', Object.keys(own))
  see('it printed', own)
  await once(own, 'end')
  see('its keys afterwards', Reflect.ownKeys(own))
  await called(done => client.query(Object.assign(new Query('SELECT 5'), { callback: done }) as never))
  const cursor = client.query(new PgCursor('SELECT generate_series(1, 3) AS x'))
  see('cursor', cursor.constructor === PgCursor)
  see('cursor listeners', cursor.eventNames())
  see('cursor rows', await cursor.read(5))
  see('cursor keys afterwards', Reflect.ownKeys(cursor))
  const stream = client.query(new PgQueryStream('SELECT generate_series(1, 3) AS x'))
  see('stream listeners', stream.eventNames())
  const rows: unknown[] = []
  for await (const row of stream) rows.push(row)
  see('stream rows', rows)
  see('stream keys afterwards', Object.keys(stream))
  const failure = client.query('SELECT wrong')
  failure.catch(() => {})
  see('failing promise', failure)
  await failure.catch(error => see('its error', [error.name, error.message, error.code, error.position]))
  see(
    'this of a callback',
    await new Promise(resolve => {
      query.call(client, 'SELECT 1', function (this: object) {
        resolve([this?.constructor?.name, arguments.length])
      })
    }),
  )
  const pool = new Pool({ connectionString: url, max: 1 })
  see('pool.query returns', pool.query('SELECT 1'))
  see('pool.query with callback returns', pool.query('SELECT 1', () => {}) as unknown)
  see(
    'pool.connect with callback',
    await new Promise(resolve => {
      const returned = pool.connect(function (this: unknown, ...args: unknown[]) {
        ;(args[2] as () => void)()
        resolve([returned, args.length, this?.constructor?.name, args[0]])
      }) as unknown
    }),
  )
  see(
    'pool.query of a function',
    await called(done => (pool.query as (fn: unknown) => void)(done)).catch(String),
  )
  await pool.end()
  see('query of an ended pool', await pool.query('SELECT 1').catch(String))
  return seen
}

test(
  'a call that throws before there is a query makes no span',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url)
    const hostile = {
      get text(): string {
        throw new RangeError('mine')
      },
    }
    assert.throws(() => client.query(null as never), TypeError)
    assert.throws(() => client.query(hostile as never), RangeError)
    await client.query('SELECT 1')
    assert.equal((await collector.waitFor(1)).length, 1)
  }),
)

for (const dbmPropagationMode of ['disabled', 'service'] as const) {
  test(
    `return values, errors, objects and listeners are the same with and without: comments ${dbmPropagationMode}`,
    withService('postgres', async (t, { url }) => {
      const expected = await observe(await connected(t, url), url)
      collectPg(t, { config: { dbmPropagationMode }, use: { pg: { appendComment: true } } })
      const seen = await observe(await connected(t, url), url)
      assert.deepEqual(seen, expected)
      assert.ok(expected.length > 20)
    }),
  )
}

test(
  'the promise is of the class that the client was given',
  withService('postgres', async (t, { url }) => {
    class Bluebirdish<T> extends Promise<T> {
      tap(fn: (value: T) => void): Bluebirdish<T> {
        return this.then(value => {
          fn(value)
          return value
        }) as Bluebirdish<T>
      }
    }
    const collector = collectPg(t)
    const client = await connected(t, url, { Promise: Bluebirdish } as never)
    const promise = client.query('SELECT 1 AS x') as unknown as Bluebirdish<{ rows: unknown[] }>
    assert.ok(promise instanceof Bluebirdish)
    let tapped: unknown
    await promise.tap(result => {
      tapped = result.rows
    })
    assert.deepEqual(tapped, [{ x: 1 }])
    await collector.waitFor(1)
  }),
)

test(
  'unpatching leaves queries under way alone',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url)
    const cursor = client.query(new PgCursor('SELECT generate_series(1, 3) AS x'))
    assert.equal((await cursor.read(1)).length, 1)
    collector.stop()
    assert.equal((await cursor.read(5)).length, 2)
    assert.deepEqual((await client.query('SELECT 1 AS x')).rows, [{ x: 1 }])
    assert.deepEqual(
      (await collector.waitFor(1)).map(span => span.resource),
      ['SELECT generate_series(1, 3) AS x'],
    )
  }),
)
