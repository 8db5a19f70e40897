/** Spans of mysql, for each way to send a query. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { activeSpan } from '../../src/trace/context'
import { called } from '../../test/support/mysql'
import { mysqlTests } from '../../test/support/mysql-drivers'

const resources = (spans: readonly { resource: string }[]) => spans.map(span => span.resource)

mysqlTests(test => {
  test('every form of query() makes one span, whose resource has no values', async place => {
    const collector = place.collect()
    const mysql = place.connection({ multipleStatements: true })
    const results: unknown[] = []
    const ask = async (...args: unknown[]) => {
      const [error, rows] = await called(callback => mysql.query(...([...args, callback] as [unknown])))
      assert.equal(error, null)
      results.push((rows as { x: unknown }[]).map(row => Number(row.x)))
    }
    await ask('SELECT 1 AS x')
    await ask('SELECT ? AS x', [2])
    await ask({ sql: 'SELECT 3 AS x' })
    await ask(Object.freeze({ sql: 'SELECT ? AS x', values: [4] }))
    await ask({ sql: 'SELECT ? AS x' }, [5])
    const query = mysql.query('SELECT 6 AS x')
    query.on('result', (row: { x: number }) => results.push([row.x]))
    await once(query, 'end')
    const stream = mysql.query('SELECT 7 AS x').stream()
    stream.on('data', (row: { x: number }) => results.push([row.x]))
    await once(stream, 'end')
    await called(callback => mysql.query('SELECT 8 AS x; SELECT 9 AS x', callback))
    await called(callback => mysql.beginTransaction(callback))
    await called(callback => mysql.commit(callback))
    await called(callback => mysql.ping(callback))
    assert.deepEqual(
      results,
      [1, 2, 3, 4, 5, 6, 7].map(x => [x]),
    )
    assert.deepEqual(resources(await collector.waitFor(10)), [
      'SELECT 1 AS x',
      'SELECT ? AS x',
      'SELECT 3 AS x',
      'SELECT ? AS x',
      'SELECT ? AS x',
      'SELECT 6 AS x',
      'SELECT 7 AS x',
      'SELECT 8 AS x; SELECT 9 AS x',
      'START TRANSACTION',
      'COMMIT',
    ])
    await called(callback => mysql.end(callback))
    assert.equal(collector.own().length, 10)
  })

  test('callbacks and listeners run in the context of their caller', async ({ collect, connection }) => {
    const collector = collect()
    const mysql = connection()
    await called(callback => mysql.query('SELECT 0', callback))
    await Promise.all(
      ['first', 'second'].map(name =>
        collector.inParent(async parent => {
          const contexts: unknown[] = []
          const see = () => contexts.push(activeSpan())
          const answered = (fn: (callback: () => void) => void) =>
            called(callback =>
              fn(() => {
                see()
                callback()
              }),
            )
          await answered(callback => mysql.query('SELECT 1', callback))
          await answered(callback => mysql.query('SELECT wrong', callback))
          await answered(callback => mysql.ping(callback))
          const query = mysql.query('SELECT 1 UNION SELECT 2')
          query.on('fields', see).on('result', see).on('end', see)
          await once(query, 'end')
          const stream = mysql.query('SELECT 1 UNION SELECT 2').stream({ highWaterMark: 1 })
          stream.on('data', see).on('end', see)
          await once(stream, 'end')
          assert.equal(contexts.length, 3 + 4 + 3)
          for (const context of contexts) assert.equal(context, parent)
        }, name),
      ),
    )
  })
})
