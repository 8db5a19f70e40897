/** The cost of hostile inputs against plain ones of the same length, and what the linear expressions match. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { statementOf } from '../../src/export/otlp/statement'
import { queryObfuscator } from '../../src/kit/web/query'
import { withoutSlashes } from '../../src/std/slashes'
import { costOf, HOSTILE } from '../support/hostile'

/** An expression that restarts at every character costs more than 100 times as much. */
const MOST = 20

describe('a hostile input costs about what a plain one of the same length does', () => {
  for (const each of HOSTILE) {
    it(each.name, () => {
      assert.equal(each.hostile.length, each.plain.length)
      const { plain, hostile, ratio } = costOf(each, 9)
      assert.ok(ratio < MOST, `${hostile.toFixed(0)} µs against ${plain.toFixed(0)} µs`)
    })
  }
})

describe('secrets in queries are found as by the quadratic expression for web tokens', () => {
  const hide = queryObfuscator(undefined)
  const TOKENS = /ey[I-L][\w\-=]+\.ey[I-L][\w\-=]+(?:\.[\w\-=./+%]+)?/gi

  it('in queries of random pieces', () => {
    const pieces = ['ey', 'I', 'J', 'eyJ', '.', '=', '-', 'x', '&', '+', '%20', 'a', '.eyJa', 'EYk_']
    let seed = 7
    for (let count = 0; count < 20_000; count++) {
      let query = ''
      for (let left = 12; left > 0; left--) {
        seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
        query += pieces[(seed >>> 16) % pieces.length]
      }
      assert.equal(hide(`/?${query}`), `/?${query.replace(TOKENS, '<redacted>')}`)
    }
  })

  it('also behind another secret in the same run of characters', () => {
    assert.equal(hide('/?bearer+eyIabc=eyJx.eyJx&a'), '/?<redacted>=<redacted>&a')
    assert.equal(hide(`/?gho_eyI${'a'.repeat(33)}eyJx.eyJx.s`), '/?<redacted><redacted>')
  })
})

describe('statements', () => {
  const cases: [sql: string, text: string, operation: string][] = [
    ['/* a * b **/ select 1', '/* a * b **/ select ?', 'SELECT'],
    ['-- 1\nselect 1', '-- 1\nselect ?', 'SELECT'],
    ['-- only', '-- only', ''],
    ['select 1 /* x', 'select ? ?', 'SELECT'],
    ['/**//***/(select 1)', '/**//***/(select ?)', 'SELECT'],
    ['--1\n--2\nupdate t set a = 1', '--1\n--2\nupdate t set a = ?', 'UPDATE'],
  ]
  for (const [sql, text, operation] of cases) {
    it(JSON.stringify(sql), () => assert.deepEqual(statementOf(sql), { text, operation }))
  }
})

it('slashes at the end of a path are removed', () => {
  for (const path of ['', '/', '//', '/a', '/a/', '/a//', '//a//b//'])
    assert.equal(withoutSlashes(path), path.replace(/\/+$/, ''))
})
