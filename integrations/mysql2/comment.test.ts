/** The comments in the statements of mysql2: where they are, and where nobody may see them. */

import assert from 'node:assert/strict'
import { called } from '../../test/support/mysql'
import { type Connection, mysql2Tests, RUNNING } from '../../test/support/mysql-drivers'

type Ask = 'query' | 'execute'

const running = async (mysql: Connection, method: Ask = 'query', sql: unknown = RUNNING): Promise<string> => {
  const [error, rows] = await called(callback => mysql[method](sql, callback))
  assert.equal(error, null)
  return (rows as { text: string }[])[0].text
}
const SERVICE = /^\/\*dddb='[^']+',dddbs='shop-mysql',dde='test',ddh='[^']+',ddps='shop',ddpv='1%2B1'\*\/ /
const config = { env: 'test', version: '1+1' }

mysql2Tests(test => {
  test('without the setting there are none', async ({ collect, connection }) => {
    collect()
    assert.equal(await running(connection()), RUNNING)
  })

  test('the mode service says who asks, before every statement', async ({ collect, connection }) => {
    const collector = collect({ config: { ...config, dbmPropagationMode: 'service' } })
    const mysql = connection()
    const text = await running(mysql)
    assert.match(text, SERVICE)
    assert.ok(text.endsWith(` ${RUNNING}`))
    assert.match(await running(mysql, 'execute'), SERVICE)
    for (const span of await collector.waitFor(2)) {
      assert.equal(span.resource, RUNNING)
      assert.equal(span.meta['_dd.dbm_trace_injected'], undefined)
    }
  })

  test('the mode full names the span, but never in what is prepared', async ({ collect, connection }) => {
    const collector = collect({ config: { ...config, dbmPropagationMode: 'full' } })
    const mysql = connection()
    const query = await running(mysql)
    const executed = await running(mysql, 'execute')
    const [first, second] = await collector.waitFor(2)
    assert.ok(query.includes(`,traceparent='00-${first.traceId}-${first.spanId}-01'*/ SELECT`), query)
    assert.equal(first.meta['_dd.dbm_trace_injected'], 'true')
    assert.match(executed, SERVICE)
    assert.equal(second.meta['_dd.dbm_trace_injected'], undefined)
  })

  test('a statement is prepared once, however often it is executed', async ({ collect, connection }) => {
    collect({ config: { ...config, dbmPropagationMode: 'full' } })
    const mysql = connection()
    const prepared = async () => {
      const [, rows] = await called(callback =>
        mysql.query("SHOW SESSION STATUS LIKE 'Com_stmt_prepare'", callback),
      )
      return Number((rows as { Value: string }[])[0].Value)
    }
    const before = await prepared()
    for (let value = 0; value < 5; value++) {
      const [, rows] = await called(callback => mysql.execute('SELECT ? AS x', [value], callback))
      assert.equal(Number((rows as { x: unknown }[])[0].x), value)
    }
    assert.equal((await prepared()) - before, 1)
  })

  test('nobody in the process sees another text', async ({ collect, connection }) => {
    collect({ config: { ...config, dbmPropagationMode: 'full' } })
    const mysql = connection()
    const options = Object.freeze({ sql: RUNNING })
    for (let time = 0; time < 3; time++)
      assert.equal((await running(mysql, 'query', options)).split('/*').length, 2)
    const query = mysql.query('SELECT wrong')
    assert.equal(query.sql, 'SELECT wrong')
    const error = await new Promise<{ sql?: string }>(resolve => query.on('error', resolve))
    assert.ok(error.sql === undefined || error.sql === 'SELECT wrong')
    assert.equal(query.sql, 'SELECT wrong')
    const own: Record<string, unknown> = { sql: 'SELECT 1' }
    await called(callback => mysql.execute(own, callback))
    assert.equal(own.sql, 'SELECT 1')
  })

  test('what the environment holds cannot end the comment', async ({ collect, connection }) => {
    collect({ config: { env: "*/ DROP '", version: '*/', dbmPropagationMode: 'service' } })
    const text = await running(connection())
    assert.ok(text.includes(",dde='%2A%2F%20DROP%20%27',"))
    assert.equal(text.split('*/').length, 2)
  })

  test('a comment can be appended, also where several statements are allowed', async place => {
    place.collect({ use: { mysql2: { dbmPropagationMode: 'service', appendComment: true } } })
    const mysql = place.connection({ multipleStatements: true })
    assert.match(await running(mysql), /connection_id\(\) \/\*dddb='.*'\*\/$/)
    const [error, rows] = await called(callback => mysql.query('SELECT 1 AS x; SELECT 2 AS x ;; ', callback))
    assert.equal(error, null)
    assert.equal((rows as unknown[]).length, 2)
  })

  test('a statement that holds comments, quotes and bytes of its own arrives whole', async place => {
    place.collect({ config: { dbmPropagationMode: 'full' } })
    const mysql = place.connection()
    const sql = "SELECT '*/ /* \\' \\0 é 😀' AS x /* mine */ -- more"
    const [error, rows] = await called(callback => mysql.query(sql, callback))
    assert.equal(error, null)
    assert.equal((rows as { x: string }[])[0].x, "*/ /* ' \0 é 😀")
    for (const nothing of ['', ' ', ' ; ']) {
      const [empty] = (await called(callback => mysql.query(nothing, callback))) as [{ code: string }]
      assert.equal(empty.code, 'ER_EMPTY_QUERY')
    }
  })
})
