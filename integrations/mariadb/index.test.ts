/** mariadb: the contracts of SQL drivers, and its own ways to ask. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { activeSpan } from '../../src/trace/context'
import { sqlClientContract } from '../../test/contracts/sql/client'
import { sqlCommentContract } from '../../test/contracts/sql/comments'
import { type Address, type SqlDriver, withEachDatabase } from '../../test/contracts/sql/driver'
import { sqlPoolContract } from '../../test/contracts/sql/pool'
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

type Pool = Pick<Connection, 'query' | 'execute' | 'end'> & { getConnection(): Promise<Connection> }

interface Mariadb {
  createConnection(config: object): Promise<Connection>
  createPool(config: object): Pool
}

const resources = (spans: readonly { resource: string }[]) => spans.map(span => span.resource)

const driver: SqlDriver<Connection, Pool> = {
  integration,
  service: 'mariadb',
  spans: {
    query: 'mariadb.query',
    acquire: 'mariadb.pool.acquire',
    type: 'mariadb',
    service: 'shop-mariadb',
    wait: ['db.pool.wait_time_ms', 'mariadb.pool.wait_time'],
    acquireWait: 'mariadb.pool.wait_time',
  },
  running: 'SELECT info AS text FROM information_schema.processlist WHERE id = connection_id()',
  wrong: /Unknown column 'wrong'/,
  async connect({ t, set, address }, config) {
    const connection = await (set.require('mariadb') as Mariadb).createConnection({ ...address, ...config })
    t.after(() => connection.destroy())
    return connection
  },
  pool({ t, set, address }, config) {
    const pool = (set.require('mariadb') as Mariadb).createPool({ ...address, connectionLimit: 1, ...config })
    t.after(() => pool.end().catch(() => {}))
    return pool
  },
  queries: { 'query()': (connection, sql) => connection.query(sql) },
  prepared: { 'execute()': (connection, sql) => connection.execute(sql) },
  commentsPrepared: false,
  statement: sql => ({ sql }),
  misuse: [],
  pooled: { 'query()': (pool, sql) => pool.query(sql), 'execute()': (pool, sql) => pool.execute(sql) },
  inTurn: {
    async 'query()'(pool, statements) {
      for (const sql of statements) await pool.query(sql)
    },
    async 'getConnection()'(pool, statements) {
      const connection = await pool.getConnection()
      for (const sql of statements) await connection.query(sql)
      await connection.release()
    },
  },
  acquire: { 'getConnection()': pool => pool.getConnection() },
  release: connection => connection.release(),
  end: pool => pool.end(),
  // The first versions promise connections: neither the promise nor the pool tells who waits, or for what address.
  showsWait: ({ name }) => name === 'newest',
  refusesAtOnce: false,
}

sqlClientContract(driver)
sqlCommentContract(driver)
sqlPoolContract(driver)

withEachDatabase(driver, (test, set) => {
  const mariadb = () => set.require('mariadb') as Mariadb
  const connected = (address: Address, config: object = {}) =>
    mariadb().createConnection({ ...address, ...config })

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

  test('a query fails with the error of the application when its connection is destroyed', async place => {
    const collector = place.collect()
    const connection = await connected(place.address)
    const pending = connection.query('SELECT SLEEP(9)').catch((reason: Error) => reason)
    setImmediate(() => connection.destroy())
    const destroyed = (await pending) as Error
    const closed = (await connection.query('SELECT 2').catch((reason: Error) => reason)) as Error
    // The driver kills the running query by another connection, which makes a query of its own.
    const spans = new Map((await collector.waitFor(2)).map(span => [span.resource, span]))
    assert.equal(spans.get('SELECT SLEEP(9)')?.meta['error.message'], destroyed.message)
    assert.equal(spans.get('SELECT 2')?.meta['error.message'], closed.message)
  })
})
