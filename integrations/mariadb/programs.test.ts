/** Whole programs with the tracer: CommonJS and ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

const RESOURCES = [
  'SELECT 1 AS x',
  'SELECT ? AS x',
  'SELECT 3 AS x',
  'SELECT CONCAT(?, ?) AS x',
  'SELECT wrong',
  'SELECT wrong again',
  'SELECT 7 AS x UNION SELECT 8',
  'START TRANSACTION',
  'SELECT 9 AS x',
  'mariadb.pool.acquire',
  'SELECT 10 AS x',
]

programs('mariadb', {
  service: 'mariadb',
  check(spans) {
    // Traces that begin within one millisecond come in any order.
    assert.deepEqual(spans.map(span => span.resource).sort(), [...RESOURCES].sort())
    for (const span of spans) {
      assert.equal(span.name, span.resource === 'mariadb.pool.acquire' ? span.resource : 'mariadb.query')
      assert.equal(span.service, 'shop-mariadb')
      assert.equal(span.error, span.resource.startsWith('SELECT wrong') ? 1 : 0)
    }
  },
})
