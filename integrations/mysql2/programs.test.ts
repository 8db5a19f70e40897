/** Whole programs with the tracer: CommonJS and ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

const RESOURCES = [
  'SELECT 1 AS x',
  'SELECT ? AS x',
  'SELECT 3 AS x',
  'SELECT CONCAT(?, ?) AS x',
  'SELECT CONCAT(?, ?) AS x',
  'SELECT wrong',
  'SELECT 7 AS x UNION SELECT 8',
  'SELECT 9 AS x',
  'SELECT 10 AS x',
  'mysql2.pool.acquire',
  'SELECT 11 AS x',
  'SELECT 12 AS x',
  'SELECT CONCAT(?) AS x',
  'SELECT wrong again',
]

programs('mysql2', {
  service: 'mariadb',
  check(spans) {
    // Traces that begin within one millisecond come in any order.
    assert.deepEqual(spans.map(span => span.resource).sort(), [...RESOURCES].sort())
    for (const span of spans) {
      assert.equal(span.name, span.resource === 'mysql2.pool.acquire' ? span.resource : 'mysql.query')
      assert.equal(span.service, 'shop-mysql')
      assert.equal(span.error, span.resource.startsWith('SELECT wrong') ? 1 : 0)
    }
  },
})
