/** Connections of mysql2 that end, break or time out: the spans of their queries fail. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Address } from '../../test/contracts/sql/driver'
import { called } from '../../test/support/mysql'
import { mysql2Tests } from '../../test/support/mysql-drivers'

/** Starts a proxy in front of the server, which can close together with all its connections. */
async function middle({ host, port }: Address): Promise<{ port: number; die(): void }> {
  const sockets: Socket[] = []
  const server = createServer(socket => {
    const onward = connect(port, host)
    for (const each of [socket, onward]) {
      each.on('error', () => {})
      sockets.push(each)
    }
    socket.pipe(onward).pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    die() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

mysql2Tests(test => {
  test('a server that dies ends all queries of the connection, with callbacks and without', async place => {
    const collector = place.collect()
    const between = await middle(place.address)
    const mysql = place.connection({ host: '127.0.0.1', port: between.port })
    await called(callback => mysql.query('SELECT 1', callback))
    const answers = [
      called(callback => mysql.query('SELECT SLEEP(9)', callback)),
      called(callback => mysql.execute('SELECT 2', callback)),
    ]
    mysql.query('SELECT 3 AS listener').on('end', () => {})
    mysql.execute('SELECT 4 AS listener').on('error', () => {})
    setImmediate(between.die)
    const [[first]] = (await Promise.all(answers)) as [Error][]
    const spans = await collector.waitFor(5)
    for (const span of spans.slice(1)) {
      assert.equal(span.error, 1, span.resource)
      assert.equal(span.meta['error.message'], first.message)
    }
  })

  test('a query that is under way when its connection is destroyed ends', async place => {
    const collector = place.collect()
    const between = await middle(place.address)
    const mysql = place.connection({ host: '127.0.0.1', port: between.port })
    await called(callback => mysql.query('SELECT 1', callback))
    mysql.query('SELECT SLEEP(9)', () => {})
    mysql.query('SELECT 2 AS waits', () => {})
    setImmediate(() => {
      mysql.destroy()
      between.die()
    })
    const [, sleeping, waiting] = await collector.waitFor(3)
    // The oldest versions report the socket's own error.
    const reason = /^(Connection was closed before the query ended|read ECONNRESET)$/
    assert.match(sleeping.meta['error.message'], reason)
    assert.match(waiting.meta['error.message'], reason)
  })

  test('a query of a connection that is closed fails', async ({ collect, connection, set }) => {
    // The oldest versions replace the methods of a closed connection by functions of their own.
    if (set.name === 'oldest') return
    const collector = collect()
    const mysql = connection()
    await called(callback => mysql.query('SELECT 1', callback))
    await called(callback => mysql.end(callback))
    const [first] = (await called(callback => mysql.query('SELECT 2', callback))) as [Error]
    mysql.query('SELECT 3')
    const calls: unknown[] = []
    mysql.execute('SELECT 4', (error: unknown) => calls.push(error))
    const spans = await collector.waitFor(4)
    assert.deepEqual(
      spans.map(span => span.resource),
      ['SELECT 1', 'SELECT 2', 'SELECT 3', 'SELECT 4'],
    )
    for (const span of spans.slice(1)) assert.equal(span.meta['error.message'], first.message)
    assert.ok(calls.length > 0)
  })

  test('a query that takes too long fails when the driver gives up', async ({ collect, connection, set }) => {
    if (set.name !== 'newest') return // had no such option
    const collector = collect()
    const mysql = connection()
    await called(callback => mysql.query('SELECT 1', callback))
    const [error] = (await called(callback =>
      mysql.query({ sql: 'SELECT SLEEP(9)', timeout: 20 }, callback),
    )) as [Error & { code: string }]
    assert.equal(error.code, 'PROTOCOL_SEQUENCE_TIMEOUT')
    const [, span] = await collector.waitFor(2)
    assert.equal(span.meta['error.message'], error.message)
  })

  test('an integration that fails lets the queries through', async ({ collect, connection }) => {
    const collector = collect()
    const mysql = connection()
    Object.defineProperty(mysql, 'config', {
      value: new Proxy(mysql.config, {
        get(target, key) {
          if (key === 'database' && new Error().stack?.includes('addressTags')) throw new Error('on purpose')
          return Reflect.get(target, key)
        },
      }),
    })
    const [error, rows] = await called(callback => mysql.query('SELECT 1 AS x', callback))
    assert.equal(error, null)
    assert.equal((rows as { x: number }[])[0].x, 1)
    assert.equal(collector.own().length, 0)
  })
})
