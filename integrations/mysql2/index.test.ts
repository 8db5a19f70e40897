/** Spans of mysql2, for each way to send a query. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { called } from '../../test/support/mysql'
import { mysql2Tests, type Statement } from '../../test/support/mysql-drivers'

const resources = (spans: readonly { resource: string }[]) => spans.map(span => span.resource)

mysql2Tests(test => {
  test('every form of query() and execute() makes one span, whose resource has no values', async place => {
    const collector = place.collect()
    const mysql = place.connection()
    const results: unknown[] = []
    const ask = async (name: 'query' | 'execute', ...args: unknown[]) => {
      const [error, rows] = await called(callback => mysql[name](...([...args, callback] as [unknown])))
      assert.equal(error, null)
      results.push((rows as { x: unknown }[]).map(row => Number(row.x)))
    }
    await ask('query', 'SELECT 1 AS x')
    await ask('query', 'SELECT ? AS x', [2])
    await ask('query', { sql: 'SELECT 3 AS x' })
    await ask('query', { sql: 'SELECT ? AS x', values: [4] })
    await ask('query', { sql: 'SELECT ? AS x' }, [5])
    await ask('execute', 'SELECT 6 AS x')
    await ask('execute', 'SELECT ? AS x', [7])
    await ask('execute', 'SELECT ? AS x', [8])
    await ask('execute', { sql: 'SELECT 9 AS x' })
    assert.deepEqual(
      results,
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map(x => [x]),
    )
    assert.deepEqual(resources(await collector.waitFor(9)), [
      'SELECT 1 AS x',
      'SELECT ? AS x',
      'SELECT 3 AS x',
      'SELECT ? AS x',
      'SELECT ? AS x',
      'SELECT 6 AS x',
      'SELECT ? AS x',
      'SELECT ? AS x',
      'SELECT 9 AS x',
    ])
  })

  test('named placeholders stay names', async ({ collect, connection }) => {
    const collector = collect()
    const mysql = connection({ namedPlaceholders: true })
    const [, rows] = await called(callback => mysql.query('SELECT :x AS x', { x: 'secret' }, callback))
    assert.equal((rows as { x: string }[])[0].x, 'secret')
    await called(callback => mysql.execute('SELECT :x AS x', { x: 'secret' }, callback))
    const [query, execute] = resources(await collector.waitFor(2))
    assert.equal(query, 'SELECT :x AS x')
    assert.ok(['SELECT ? AS x', 'SELECT :x AS x'].includes(execute))
  })

  test('a query without a callback ends with its last row', async ({ collect, connection }) => {
    const collector = collect()
    const mysql = connection()
    const rows: unknown[] = []
    const query = mysql.query('SELECT 1 AS x UNION SELECT 2')
    query.on('result', (row: { x: number }) => {
      rows.push(row.x)
      assert.equal(collector.own().length, 0)
    })
    await once(query, 'end')
    assert.deepEqual(rows, [1, 2])
    const streamed: unknown[] = []
    const stream = mysql.query('SELECT 3 AS x UNION SELECT 4').stream()
    stream.on('data', (row: { x: number }) => streamed.push(row.x))
    await once(stream, 'end')
    assert.deepEqual(streamed, [3, 4])
    assert.equal((await collector.waitFor(2)).length, 2)
  })

  test('several statements in one text are one span', async ({ collect, connection }) => {
    const collector = collect()
    const mysql = connection({ multipleStatements: true })
    const [, rows] = await called(callback => mysql.query('SELECT 1 AS x; SELECT 2 AS y', callback))
    assert.equal((rows as unknown[]).length, 2)
    assert.deepEqual(resources(await collector.waitFor(1)), ['SELECT 1 AS x; SELECT 2 AS y'])
  })

  test('a prepared statement has a span each time that it is executed', async ({ collect, connection }) => {
    const collector = collect()
    const mysql = connection()
    const statement = await new Promise<Statement>((resolve, reject) => {
      mysql.prepare('SELECT ? AS x', (error, made) => (error ? reject(error) : resolve(made)))
    })
    for (const value of [1, 2]) {
      const [error] = await called(callback => statement.execute([value], callback))
      assert.equal(error, null)
    }
    statement.close()
    await called(callback => mysql.ping(callback))
    assert.deepEqual(resources(await collector.waitFor(2)), ['SELECT ? AS x', 'SELECT ? AS x'])
    assert.equal(collector.own().length, 2)
  })

  test('transactions are queries; pings and changes of the user are not', async place => {
    const collector = place.collect()
    const mysql = place.connection()
    await called(callback => mysql.beginTransaction(callback))
    await called(callback => mysql.commit(callback))
    await called(callback => mysql.beginTransaction(callback))
    await called(callback => mysql.rollback(callback))
    await called(callback => mysql.ping(callback))
    await called(callback => mysql.changeUser({ database: place.address.database }, callback))
    assert.deepEqual(resources(await collector.waitFor(4)), [
      'START TRANSACTION',
      'COMMIT',
      'START TRANSACTION',
      'ROLLBACK',
    ])
    await called(callback => mysql.end(callback))
    assert.equal(collector.own().length, 4)
  })

  test('promises make the same spans', async ({ collect, promised, address }) => {
    const collector = collect()
    const mysql = await promised.createConnection({ ...address })
    const pool = promised.createPool({ ...address })
    await collector.inParent(async () => {
      assert.equal((await mysql.query('SELECT 1 AS x'))[0].length, 1)
      await mysql.query('SELECT ? AS x', [2])
      await mysql.execute('SELECT ? AS x', [3])
      await assert.rejects(mysql.query('SELECT wrong'), /Unknown column/)
      await pool.query('SELECT 5')
      await pool.execute('SELECT 6', [])
      const got = await pool.getConnection()
      await got.query('SELECT 7')
      got.release()
    })
    const spans = await collector.waitFor(8)
    assert.deepEqual(resources(spans), [
      'SELECT 1 AS x',
      'SELECT ? AS x',
      'SELECT ? AS x',
      'SELECT wrong',
      'SELECT 5',
      'SELECT 6',
      'mysql2.pool.acquire',
      'SELECT 7',
    ])
    const parent = collector.spans().find(span => span.name === 'test.parent')
    for (const span of spans) assert.equal(span.parentId, parent?.spanId)
    await mysql.end()
    await pool.end()
  })
})
