/** Whole programs with the tracer: CommonJS and ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

const RESOURCES = [
  'SELECT 1 AS x',
  'SELECT ? AS x',
  'SELECT 3 AS x',
  'SELECT wrong',
  'SELECT 5 AS x UNION SELECT 6',
  'SELECT 7 AS x',
  'SELECT 8 AS x',
  'mysql.pool.acquire',
]

programs('mysql', {
  service: 'mariadb',
  check(spans) {
    // Traces that begin within one millisecond come in any order.
    assert.deepEqual(spans.map(span => span.resource).sort(), [...RESOURCES].sort())
    for (const span of spans) {
      assert.equal(span.service, 'shop-mysql')
      assert.equal(span.error, span.resource === 'SELECT wrong' ? 1 : 0)
    }
  },
})
