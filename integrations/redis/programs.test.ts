/** Whole programs with the tracer: CommonJS and ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

const RESOURCES = [
  ...[
    'SET',
    'GET',
    'GET',
    'get',
    'HSET',
    'HGETALL',
    'LPUSH',
    'NOSUCHCOMMAND',
    'MULTI',
    'INCR',
    'INCR',
    'EXEC',
  ],
  ...['EVAL', 'GET', 'SET', 'GET', 'LPUSH', 'BLPOP', 'LPUSH', 'PUBLISH', 'DEL', 'QUIT'],
]

programs('redis', {
  service: 'redis',
  check(spans) {
    const asked = spans.filter(span => !['HELLO', 'SELECT'].includes(span.resource))
    // Traces that begin within one millisecond come in any order.
    assert.deepEqual(asked.map(span => span.resource).sort(), [...RESOURCES].sort())
    for (const span of asked) assert.equal(span.service, 'shop-redis')
    assert.deepEqual(
      asked
        .filter(span => span.error === 1)
        .map(span => span.resource)
        .sort(),
      ['LPUSH', 'LPUSH', 'NOSUCHCOMMAND'],
    )
  },
})
