/** What mysql and mysql2 do alike beyond the contracts of all SQL drivers: their methods have the same names. */

import assert from 'node:assert/strict'
import { called } from '../../support/mysql'
import { type Connection, type DriverPlace, RUNNING } from '../../support/mysql-drivers'

type Test = (name: string, body: (place: DriverPlace) => Promise<void>) => void

/** `name`: of the integration; `method`: by which a pool that is closed is asked. */
export function mysqlContract(test: Test, name: 'mysql' | 'mysql2', method: 'query' | 'execute'): void {
  const acquisition = `${name}.pool.acquire`

  test('a query that gets no connection has failed: the queue is full, the pool is closed', async place => {
    const collector = place.collect()
    const pool = place.pool({ queueLimit: 1 })
    const [connection] = (await called(callback => pool.getConnection((_error, got) => callback(got)))) as [
      Connection,
    ]
    const waiting = called(callback => pool.query('SELECT 1 AS waits', callback))
    const [full] = (await called(callback => pool.query('SELECT 2 AS full', callback))) as [Error]
    assert.equal(full.message, 'Queue limit reached.')
    connection.release()
    await waiting
    await called(callback => pool.end(callback))
    const [closed] = (await called(callback => pool[method]('SELECT 3 AS closed', [], callback))) as [Error]
    assert.equal(closed.message, 'Pool is closed.')
    const [refused] = (await called(callback => pool.getConnection(callback))) as [Error]
    assert.equal(refused.message, 'Pool is closed.')
    const spans = new Map((await collector.waitFor(5)).map(span => [span.resource, span]))
    assert.equal(spans.get('SELECT 1 AS waits')?.error, 0)
    assert.equal(spans.get('SELECT 2 AS full')?.meta['error.message'], 'Queue limit reached.')
    assert.equal(spans.get('SELECT 2 AS full')?.meta['db.name'], place.address.database)
    assert.equal(spans.get('SELECT 3 AS closed')?.meta['error.message'], 'Pool is closed.')
    const last = collector.own().at(-1)
    assert.deepEqual([last?.name, last?.error], [acquisition, 1])
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
      [acquisition, 'mysql.query'],
    )
    const namespace = cluster.of('*')
    const asks = [namespace.query, namespace.execute].filter(ask => ask !== undefined)
    await collector.inParent(async () => {
      for (const [at, ask] of asks.entries())
        await called(callback => ask.call(namespace, `SELECT ${at + 2}`, [], callback))
    })
    const spans = (await collector.waitFor(2 + asks.length)).slice(2)
    assert.deepEqual(
      spans.map(span => span.resource),
      asks.map((_, at) => `SELECT ${at + 2}`),
    )
    assert.ok(spans.every(span => span.parentId === spans[0].parentId))
    assert.equal(collector.own().length, 2 + asks.length)
  })

  test('an appended comment makes no statement of its own', async ({ collect, connection }) => {
    collect({ use: { [name]: { dbmPropagationMode: 'service', appendComment: true } } })
    const mysql = connection({ multipleStatements: true })
    for (const end of ['', ' ;', ' ;; ']) {
      const [error, rows] = await called(callback =>
        mysql.query(`SELECT 1 AS x; SELECT 2 AS x${end}`, callback),
      )
      assert.equal(error, null)
      assert.equal((rows as unknown[]).length, 2)
    }
    const [, rows] = await called(callback => mysql.query(RUNNING, callback))
    assert.match((rows as { text: string }[])[0].text, /connection_id\(\) \/\*dddb='.*'\*\/$/)
  })

  test('a query object shows the statement as it was asked for', async ({ collect, connection }) => {
    collect({ config: { dbmPropagationMode: 'full' } })
    const mysql = connection()
    for (const [sql, end] of [
      [RUNNING, 'end'],
      ['SELECT wrong', 'error'],
    ]) {
      const query = mysql.query(sql)
      assert.equal(query.sql, sql)
      const error = await new Promise<{ sql?: string } | undefined>(resolve => query.on(end, resolve))
      assert.equal(query.sql, sql)
      assert.ok(error?.sql === undefined || error.sql === sql)
    }
  })
}
