/** Statements of mysql2 that carry comments: prepared once, seen without, and whole. */

import assert from 'node:assert/strict'
import { called } from '../../test/support/mysql'
import { mysql2Tests } from '../../test/support/mysql-drivers'

const config = { dbmPropagationMode: 'full' }

mysql2Tests(test => {
  test('a statement is prepared once, however often it is executed', async ({ collect, connection }) => {
    collect({ config })
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

  test('the options of execute() keep the statement of the application', async ({ collect, connection }) => {
    collect({ config })
    const mysql = connection()
    const own: Record<string, unknown> = { sql: 'SELECT 1' }
    await called(callback => mysql.execute(own, callback))
    assert.equal(own.sql, 'SELECT 1')
  })

  test('a statement that holds comments, quotes and bytes of its own arrives whole', async place => {
    place.collect({ config })
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
