/** Pools and clusters of mysql: who waited, for how long, and where it went on. */

import assert from 'node:assert/strict'
import { called } from '../../test/support/mysql'
import { type Connection, mysqlTests, type Pool } from '../../test/support/mysql-drivers'

const CALLERS = 20
const WAIT = ['db.pool.wait_time_ms', 'mysql.pool.wait_time']

/** Asks in the ways that a pool has. */
const ways: Record<string, (pool: Pool, sql: string) => Promise<unknown>> = {
  query: (pool, sql) => called(callback => pool.query(sql, callback)),
  getConnection: (pool, sql) =>
    new Promise(resolve => {
      pool.getConnection((_error, connection) => {
        connection.query(sql, () => {
          connection.release()
          resolve(undefined)
        })
      })
    }),
}

mysqlTests(test => {
  for (const [way, ask] of Object.entries(ways)) {
    test(`callers who share one connection keep their own queries: ${way}`, async ({ collect, pool }) => {
      const collector = collect()
      const shared = pool()
      await Promise.all(
        Array.from({ length: CALLERS }, (_, caller) =>
          collector.inParent(async () => {
            await ask(shared, `SELECT ${caller}`)
            await ask(shared, `SELECT ${caller} AS again`)
          }, `SELECT ${caller}`),
        ),
      )
      const callers = new Map(collector.spans().map(span => [span.spanId, span.resource]))
      const queries = (await collector.waitFor(2 * CALLERS)).filter(span => span.name === 'mysql.query')
      assert.equal(queries.length, 2 * CALLERS)
      for (const query of queries)
        assert.equal(callers.get(query.parentId), query.resource.replace(' AS again', ''))
    })
  }
  test('only a pooled query that waited says for how long', async ({ collect, pool }) => {
    const collector = collect()
    const shared = pool()
    const ask = (sql: string) => called(callback => shared.query(sql, [], callback))
    await ask('SELECT 1 AS connects')
    await ask('SELECT 2 AS free')
    await Promise.all([ask('SELECT SLEEP(0.05)'), ask('SELECT 3 AS waits')])
    const [connects, free, sleeps, waits] = await collector.waitFor(4)
    for (const tag of WAIT) {
      assert.ok(connects.metrics[tag] > 0)
      assert.equal(free.metrics[tag], undefined)
      assert.equal(sleeps.metrics[tag], undefined)
      assert.ok(waits.metrics[tag] >= 40)
      // The time that it waited is not time that the query took.
      assert.ok(waits.durationMs < waits.metrics[tag])
    }
  })

  test('asking for a connection has a span of its own, and its queries waited for nothing', async place => {
    const collector = place.collect()
    const shared = place.pool()
    await collector.inParent(async parent => {
      const [error, connection] = (await called(shared.getConnection.bind(shared))) as [Error, Connection]
      assert.equal(error, null)
      await called(callback => connection.query('SELECT 1', callback))
      connection.release()
      const [acquire, query] = [...(await untilOwn())]
      assert.equal(acquire.name, 'mysql.pool.acquire')
      assert.equal(acquire.resource, 'mysql.pool.acquire')
      assert.equal(acquire.type, 'sql')
      assert.equal(acquire.service, 'shop-mysql')
      assert.equal(acquire.meta['span.kind'], 'client')
      assert.equal(acquire.meta['db.type'], 'mysql')
      assert.equal(acquire.meta['db.name'], place.address.database)
      assert.equal(acquire.meta['out.host'], place.address.host)
      assert.ok(acquire.metrics['mysql.pool.wait_time'] > 0)
      assert.equal(acquire.parentId, parent.toSpanId(true))
      assert.equal(query.parentId, parent.toSpanId(true))
      for (const tag of WAIT) assert.equal(query.metrics[tag], undefined)
      async function untilOwn() {
        parent.finish()
        return collector.waitFor(2)
      }
    })
  })

  test('a query that gets no connection has failed: the queue is full, the pool is closed', async place => {
    const collector = place.collect()
    const shared = place.pool({ queueLimit: 1 })
    const [connection] = (await called(callback => shared.getConnection((_error, got) => callback(got)))) as [
      Connection,
    ]
    const waiting = called(callback => shared.query('SELECT 1 AS waits', callback))
    const [full] = (await called(callback => shared.query('SELECT 2 AS full', callback))) as [Error]
    assert.equal(full.message, 'Queue limit reached.')
    connection.release()
    await waiting
    await called(callback => shared.end(callback))
    const [closed] = (await called(callback => shared.query('SELECT 3 AS closed', callback))) as [Error]
    assert.equal(closed.message, 'Pool is closed.')
    const [refused] = (await called(callback => shared.getConnection(callback))) as [Error]
    const spans = new Map((await collector.waitFor(5)).map(span => [span.resource, span]))
    assert.equal(spans.get('SELECT 1 AS waits')?.error, 0)
    assert.equal(spans.get('SELECT 2 AS full')?.meta['error.message'], 'Queue limit reached.')
    assert.equal(spans.get('SELECT 2 AS full')?.meta['db.name'], place.address.database)
    assert.equal(spans.get('SELECT 3 AS closed')?.meta['error.message'], 'Pool is closed.')
    assert.equal(refused.message, 'Pool is closed.')
    assert.equal(collector.own().at(-1)?.name, 'mysql.pool.acquire')
    assert.equal(collector.own().at(-1)?.error, 1)
  })

  test('a cluster asks its pools', async ({ t, collect, mysql, address }) => {
    const collector = collect()
    const cluster = mysql.createPoolCluster()
    t.after(() => cluster.end(() => {}))
    cluster.add('ONE', { ...address, connectionLimit: 1 })
    const [, connection] = (await called(callback => cluster.getConnection('ONE', callback))) as [
      unknown,
      Connection,
    ]
    await called(callback => connection.query('SELECT 1', callback))
    connection.release()
    assert.deepEqual(
      (await collector.waitFor(2)).map(span => span.name),
      ['mysql.pool.acquire', 'mysql.query'],
    )
    const namespace = cluster.of('*')
    if (namespace.query === undefined) return
    const { query } = namespace
    await collector.inParent(() => called(callback => query.call(namespace, 'SELECT 2', callback)))
    const [, , second] = await collector.waitFor(3)
    assert.equal(second.resource, 'SELECT 2')
    assert.equal(collector.own().length, 3)
  })
})
