/** What goes wrong with mysql, and what it makes of a query's span. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { called } from '../../test/support/mysql'
import { mysqlTests } from '../../test/support/mysql-drivers'

const WRONG = 'SELECT wrong'

mysqlTests(test => {
  test('a statement that the server refuses fails, with a callback and without', async place => {
    const collector = place.collect()
    const mysql = place.connection()
    const errors = [
      await called(callback => mysql.query(WRONG, callback)),
      await once(mysql.query(WRONG), 'error'),
    ].map(([error]) => error as Error)
    const spans = await collector.waitFor(2)
    for (const [index, span] of spans.entries()) {
      assert.equal(span.resource, WRONG)
      assert.equal(span.error, 1)
      assert.equal(span.meta['error.message'], errors[index].message)
      assert.equal(span.meta['error.type'], 'Error')
      assert.match(span.meta['error.stack'], /ER_BAD_FIELD_ERROR/)
    }
  })

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

  test('a server that refuses fails what waits for the connection', async ({
    collect,
    connection,
    mysql,
  }) => {
    const collector = collect()
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    const [error] = (await called(callback =>
      connection({ host: '127.0.0.1', port }).query('SELECT 1', callback),
    )) as [{ code: string }]
    assert.equal(error.code, 'ECONNREFUSED')
    const pool = mysql.createPool({ host: '127.0.0.1', port, user: 'nobody', database: 'nothing' })
    await called(callback => pool.query('SELECT 2', callback))
    await called(callback => pool.getConnection(callback))
    const [query, pooled, acquire] = await collector.waitFor(3)
    for (const span of [query, pooled, acquire]) {
      assert.match(span.meta['error.message'], /ECONNREFUSED/)
      assert.equal(span.metrics['network.destination.port'], port)
    }
    assert.equal(pooled.resource, 'SELECT 2')
    assert.equal(acquire.name, 'mysql.pool.acquire')
  })

  test('a call that throws makes no span', async ({ collect, connection }) => {
    const collector = collect()
    const mysql = connection()
    assert.throws(() => mysql.query(null))
    await called(callback => mysql.query('SELECT 1', callback))
    assert.equal((await collector.waitFor(1))[0].resource, 'SELECT 1')
  })
})
