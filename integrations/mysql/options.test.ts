/** Settings and options that change what mysql's queries look like, here and at the server. */

import assert from 'node:assert/strict'
import { called } from '../../test/support/mysql'
import { type Connection, mysqlTests, RUNNING } from '../../test/support/mysql-drivers'

const running = async (mysql: Connection, sql: unknown = RUNNING): Promise<string> => {
  const [error, rows] = await called(callback => mysql.query(sql, callback))
  assert.equal(error, null)
  return (rows as { text: string }[])[0].text
}
const config = { env: 'test', version: "*/'" }
const METHODS: [string, string[]][] = [
  ['lib/Connection.js', ['query']],
  ['lib/Pool.js', ['query', 'getConnection']],
  ['lib/protocol/Protocol.js', ['_enqueue', '_delegateError', 'destroy']],
  ['lib/protocol/sequences/Sequence.js', ['end']],
  ['lib/protocol/sequences/Query.js', ['emit', 'start']],
]

mysqlTests(test => {
  test('comments say who asks, and in the mode full for which span', async ({ t, collect, connection }) => {
    const plain = connection()
    assert.equal(await running(plain), RUNNING)
    for (const dbmPropagationMode of ['service', 'full'] as const) {
      const collector = collect({ config: { ...config, dbmPropagationMode } })
      const mysql = connection()
      const text = await running(mysql, Object.freeze({ sql: RUNNING }))
      const [span] = await collector.waitFor(1)
      const trace = dbmPropagationMode === 'full' ? `,traceparent='00-${span.traceId}-${span.spanId}-01'` : ''
      const { database, host } = mysql.config
      assert.equal(
        text,
        `/*dddb='${database}',dddbs='shop-mysql',dde='test',ddh='${host}',ddps='shop',ddpv='%2A%2F%27'${trace}*/ ${RUNNING}`,
      )
      assert.equal(span.resource, RUNNING)
      const query = mysql.query(RUNNING)
      assert.equal(query.sql, RUNNING)
      await new Promise(resolve => query.on('end', resolve))
      const [error] = (await called(callback => mysql.query('SELECT wrong', callback))) as [{ sql?: string }]
      assert.ok(error.sql === undefined || error.sql === 'SELECT wrong')
      collector.stop()
    }
    t.diagnostic('modes: service, full')
  })

  test('an appended comment makes no statement of its own', async ({ collect, connection }) => {
    collect({ use: { mysql: { dbmPropagationMode: 'service', appendComment: true } } })
    const mysql = connection({ multipleStatements: true })
    assert.match(await running(mysql), /connection_id\(\) \/\*dddb='.*'\*\/$/)
    const [, rows] = await called(callback => mysql.query('SELECT 1 AS x; SELECT 2 AS x ;', callback))
    assert.equal((rows as unknown[]).length, 2)
  })

  test('the service can be a function of the connection, the resource can be cut', async place => {
    const service = (to: { database: string; port: number }) => `${to.database}-${to.port}`
    const collector = place.collect({ use: { mysql: { service, truncate: 17 } } })
    const mysql = place.connection()
    await called(callback => mysql.query("SELECT 'some text'", callback))
    const [span] = await collector.waitFor(1)
    assert.equal(span.service, `${place.address.database}-${place.address.port}`)
    assert.equal(span.meta['_dd.svc_src'], 'opt.plugin')
    assert.equal(span.resource, "SELECT 'some t...")
  })

  test('schema v1 names the service and the peer', async ({ collect, connection, address }) => {
    const collector = collect({ config: { spanAttributeSchema: 'v1' } })
    const mysql = connection()
    await called(callback => mysql.query('SELECT 1', callback))
    const [span] = await collector.waitFor(1)
    assert.equal(span.name, 'mysql.query')
    assert.equal(span.service, 'shop')
    assert.equal(span.meta['peer.service'], address.database)
  })

  test('there are no spans while the integration is off', async ({ collect, connection }) => {
    const collector = collect({ use: { mysql: false } })
    const mysql = connection()
    await called(callback => mysql.query('SELECT 1', callback))
    collector.registry.use('mysql', true)
    const pending = called(callback => mysql.query('SELECT 2', callback))
    collector.registry.use('mysql', false)
    await Promise.all([pending, called(callback => mysql.query('SELECT 3', callback))])
    assert.deepEqual(
      (await collector.waitFor(1)).map(span => span.resource),
      ['SELECT 2'],
    )
  })

  test('wrappers are flagged, look like the originals, and unpatching brings those back', async place => {
    void place.mysql.createPool
    const functionsNow = () =>
      METHODS.flatMap(([file, names]) => {
        const { prototype } = place.set.require(`./node_modules/mysql/${file}`) as {
          prototype: Record<string, (...args: unknown[]) => unknown>
        }
        return names.map(name => prototype[name])
      })
    const before = functionsNow()
    const collector = place.collect({ config: { dbmPropagationMode: 'service' } })
    const patched = functionsNow()
    for (const [index, original] of before.entries()) {
      assert.notEqual(patched[index], original, `${index}`)
      assert.equal(Object.getOwnPropertyDescriptor(patched[index], '__datadog_patch')?.value, true)
      assert.equal(patched[index].name, original.name)
      assert.equal(patched[index].length, original.length)
    }
    collector.stop()
    assert.deepEqual(functionsNow(), before)
  })
})
