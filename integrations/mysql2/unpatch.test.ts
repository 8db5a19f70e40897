/** Queries of mysql2 that are under way when the tracer stops. */

import assert from 'node:assert/strict'
import { called } from '../../test/support/mysql'
import { mysql2Tests } from '../../test/support/mysql-drivers'

mysql2Tests(test => {
  test('unpatching leaves queries under way alone', async ({ collect, connection }) => {
    const collector = collect()
    const mysql = connection()
    const answer = called(callback => mysql.query('SELECT 1', callback))
    collector.stop()
    assert.equal((await answer)[0], null)
    assert.equal((await called(callback => mysql.query('SELECT 2', callback)))[0], null)
    assert.equal((await collector.waitFor(1)).length, 1)
  })
})
