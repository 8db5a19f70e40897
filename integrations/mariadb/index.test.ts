/** The spans of mariadb, their context and their comments. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { activeSpan } from '../../src/kit/index'
import { type Address, forEachSet } from '../../test/support/mysql'
import integration from './index'

type Rows = Record<string, unknown>[]

interface Connection {
  query(sql: unknown, values?: unknown): Promise<Rows>
  execute(sql: unknown, values?: unknown): Promise<Rows>
  batch(sql: unknown, values: unknown[][]): Promise<unknown>
  prepare(sql: string): Promise<{ execute(values: unknown[]): Promise<Rows>; close(): void }>
  queryStream(sql: string): NodeJS.ReadableStream
  beginTransaction(): Promise<void>
  commit(): Promise<void>
  ping(): Promise<void>
  end(): Promise<void>
  release(): Promise<void>
  destroy(): void
}

interface Mariadb {
  createConnection(config: object): Promise<Connection>
  createPool(config: object): Pick<Connection, 'query' | 'execute' | 'end'> & {
    getConnection(): Promise<Connection>
  }
}

const RUNNING = 'SELECT info AS text FROM information_schema.processlist WHERE id = connection_id()'
const resources = (spans: readonly { resource: string }[]) => spans.map(span => span.resource)

forEachSet(integration, (test, set) => {
  const mariadb = () => set.require('mariadb') as Mariadb
  const connected = (address: Address, config: object = {}) =>
    mariadb().createConnection({ ...address, ...config })

  test('a query has a span with the tags of a database client', async ({ collect, address }) => {
    const collector = collect()
    const connection = await connected(address)
    const parent = await collector.inParent(async span => {
      assert.equal((await connection.query('SELECT 1 AS x'))[0].x, 1)
      return span.toSpanId(true)
    })
    await connection.end()
    const [span] = await collector.waitFor(1)
    assert.equal(span.name, 'mariadb.query')
    assert.equal(span.resource, 'SELECT 1 AS x')
    assert.equal(span.type, 'sql')
    assert.equal(span.service, 'shop-mariadb')
    assert.equal(span.parentId, parent)
    const { meta, metrics } = span
    assert.equal(meta.component, 'mariadb')
    assert.equal(meta['_dd.integration'], 'mariadb')
    assert.equal(meta['_dd.svc_src'], 'mariadb')
    assert.equal(meta['span.kind'], 'client')
    assert.equal(meta['db.type'], 'mariadb')
    assert.equal(meta['db.name'], address.database)
    assert.equal(meta['db.user'], address.user)
    assert.equal(meta['out.host'], address.host)
    assert.equal(metrics['network.destination.port'], address.port)
  })

  test('each way to ask makes one span in the context of its caller', async ({ collect, address }) => {
    const collector = collect()
    const connection = await connected(address)
    await collector.inParent(async parent => {
      await connection.query('SELECT ? AS x', [1])
      await connection.query(Object.freeze({ sql: 'SELECT 2 AS x' }))
      await connection.execute('SELECT ? AS x', [3])
      const statement = await connection.prepare('SELECT ? AS prepared')
      await statement.execute([4])
      await statement.execute([5])
      statement.close()
      const stream = connection.queryStream('SELECT 6 AS x UNION SELECT 7')
      const contexts: unknown[] = []
      stream.on('data', () => contexts.push(activeSpan()))
      await once(stream, 'end')
      assert.deepEqual(contexts, [parent, parent])
      await connection.beginTransaction()
      await connection.commit()
      await connection.ping()
    })
    await connection.end()
    const parent = collector.spans().find(span => span.name === 'test.parent')
    const expected = [
      'SELECT ? AS x',
      'SELECT 2 AS x',
      'SELECT ? AS x',
      'SELECT ? AS prepared',
      'SELECT ? AS prepared',
      'SELECT 6 AS x UNION SELECT 7',
      'START TRANSACTION',
    ]
    const spans = await collector.waitFor(expected.length)
    for (const span of spans) assert.equal(span.parentId, parent?.spanId, span.resource)
    assert.deepEqual(resources(spans).slice(0, expected.length), expected)
  })

  test('what fails has the error of the application', async ({ collect, address }) => {
    const collector = collect()
    const connection = await connected(address)
    for (const method of ['query', 'execute'] as const) {
      const error = await connection[method]('SELECT wrong').then(assert.ifError, (reason: Error) => reason)
      const [span] = await collector.waitFor(1)
      assert.equal(span.resource, 'SELECT wrong')
      assert.equal(span.meta['error.message'], (error as Error).message)
      assert.match(span.meta['error.message'], /Unknown column 'wrong'/)
      assert.equal(collector.own().length, 1)
      collector.clear()
    }
    const pending = connection.query('SELECT SLEEP(9)').catch((reason: Error) => reason)
    setImmediate(() => connection.destroy())
    const destroyed = (await pending) as Error
    const closed = (await connection.query('SELECT 2').catch((reason: Error) => reason)) as Error
    // The driver kills the query by another connection, with a query of its own.
    const spans = new Map((await collector.waitFor(2)).map(span => [span.resource, span]))
    assert.equal(spans.get('SELECT SLEEP(9)')?.meta['error.message'], destroyed.message)
    assert.equal(spans.get('SELECT 2')?.meta['error.message'], closed.message)
  })

  test('callers who share a pool keep their own queries', async ({ collect, address }) => {
    const collector = collect()
    const pool = mariadb().createPool({ ...address, connectionLimit: 1 })
    await Promise.all(
      [1, 2, 3, 4].map(caller =>
        collector.inParent(async () => {
          await pool.query(`SELECT ${caller}`)
          const connection = await pool.getConnection()
          await connection.query(`SELECT ${caller}`)
          await connection.release()
        }, `SELECT ${caller}`),
      ),
    )
    await pool.end()
    const callers = new Map(collector.spans().map(span => [span.spanId, span.resource]))
    const spans = await collector.waitFor(12)
    const queries = spans.filter(span => span.name === 'mariadb.query')
    assert.equal(queries.length, 8)
    for (const query of queries) assert.equal(callers.get(query.parentId), query.resource)
    assert.equal(spans.filter(span => span.name === 'mariadb.pool.acquire').length, 4)
  })

  test('a pooled query that waited says for how long', async ({ collect, address }) => {
    const collector = collect()
    const pool = mariadb().createPool({ ...address, connectionLimit: 1 })
    await pool.query('SELECT 1 AS connects')
    await Promise.all([pool.query('SELECT SLEEP(0.05)'), pool.query('SELECT 2 AS waits')])
    await pool.end()
    const [, , waits] = await collector.waitFor(3)
    // A pool that promises does not show who waits.
    if (set.name === 'newest') assert.ok(waits.metrics['mariadb.pool.wait_time'] >= 40)
    assert.equal(waits.resource, 'SELECT 2 AS waits')
    assert.ok(waits.durationMs < 40)
    await assert.rejects(pool.query('SELECT 3 AS closed'), /closed/)
    if (set.name !== 'newest') return
    const [, , , closed] = await collector.waitFor(4)
    assert.equal(closed.resource, 'SELECT 3 AS closed')
    assert.match(closed.meta['error.message'], /pool is closed/)
  })

  test('comments are in queries, never in what is prepared', async ({ collect, address }) => {
    const collector = collect({ config: { env: '*/', version: '1', dbmPropagationMode: 'full' } })
    const connection = await connected(address)
    const [{ text }] = await connection.query(RUNNING)
    const [span] = await collector.waitFor(1)
    assert.equal(
      text,
      `/*dddb='${address.database}',dddbs='shop-mariadb',dde='%2A%2F',ddh='${address.host}',ddps='shop',ddpv='1',` +
        `traceparent='00-${span.traceId}-${span.spanId}-01'*/ ${RUNNING}`,
    )
    assert.equal(span.resource, RUNNING)
    assert.equal((await connection.execute(RUNNING))[0].text, RUNNING)
    const error = (await connection.query('SELECT wrong').catch((reason: Error) => reason)) as unknown as {
      sql: string
    }
    assert.ok(!error.sql.includes('dddb'), error.sql)
    await connection.end()
  })

  test('there are no spans while the integration is off', async ({ collect, address }) => {
    const collector = collect({ use: { mariadb: false } })
    const connection = await connected(address)
    await connection.query('SELECT 1')
    collector.registry.use('mariadb', true)
    await connection.query('SELECT 2')
    collector.stop()
    await connection.query('SELECT 3')
    assert.deepEqual(resources(await collector.waitFor(1)), ['SELECT 2'])
    await connection.end()
  })
})
