/** Placement of comments in SQL statements. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withComment } from '../../../src/kit/sql/index'

const prepended = (sql: string) => withComment(sql, { text: '/*c*/', isAppended: false })
const appended = (sql: string) => withComment(sql, { text: '/*c*/', isAppended: true })

test('a comment stands before the statement, or behind it where that is wanted', () => {
  assert.equal(prepended('SELECT 1'), '/*c*/ SELECT 1')
  assert.equal(appended('SELECT 1'), 'SELECT 1 /*c*/')
  assert.equal(appended('SELECT 1 \n'), 'SELECT 1 \n /*c*/')
})

test('what is appended goes before the semicolons that end the statement', () => {
  assert.equal(appended('SELECT 1;'), 'SELECT 1 /*c*/;')
  assert.equal(appended('SELECT 1; SELECT 2 ; \n;'), 'SELECT 1; SELECT 2 /*c*/ ; \n;')
  assert.equal(appended("SELECT ';'"), "SELECT ';' /*c*/")
})

test('an empty text stays empty: it is an error for the server, which a comment alone is not', () => {
  for (const sql of ['', ' ', '\t\n', ';', ' ; ;']) {
    assert.equal(prepended(sql), sql)
    assert.equal(appended(sql), sql)
  }
  assert.equal(prepended('-'), '/*c*/ -')
})
