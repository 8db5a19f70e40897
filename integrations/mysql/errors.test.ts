/** Connections of mysql that end or break: the spans of their queries fail. */

import assert from 'node:assert/strict'
import { called } from '../../test/support/mysql'
import { mysqlTests } from '../../test/support/mysql-drivers'

mysqlTests(test => {
  test('a query that is under way when its connection is destroyed ends', async ({ collect, connection }) => {
    const collector = collect()
    const mysql = connection()
    await called(callback => mysql.query('SELECT 1', callback))
    mysql.query('SELECT SLEEP(9)', () => {})
    mysql.query('SELECT 2 AS waits')
    setImmediate(() => mysql.destroy())
    const [, ...ended] = await collector.waitFor(3)
    for (const span of ended)
      assert.equal(span.meta['error.message'], 'Connection was destroyed before the query ended')
    const [error] = (await called(callback => mysql.query('SELECT 3', callback))) as [Error]
    assert.equal((await collector.waitFor(4))[3].meta['error.message'], error.message)
  })

  test('a connection that breaks ends all its queries, with callbacks and without', async place => {
    const collector = place.collect()
    const mysql = place.connection()
    await called(callback => mysql.query('SELECT 1', callback))
    const answers = ['SELECT SLEEP(9)', 'SELECT 2'].map(sql => called(callback => mysql.query(sql, callback)))
    mysql.query('SELECT 3 AS listener').on('end', () => {})
    const { _socket: socket } = mysql as unknown as { _socket: { destroy(error: Error): void } }
    setImmediate(() => socket.destroy(new Error('broken')))
    const [[error]] = (await Promise.all(answers)) as [Error][]
    const [, ...broken] = await collector.waitFor(4)
    for (const span of broken) assert.equal(span.meta['error.message'], error.message)
  })
})
