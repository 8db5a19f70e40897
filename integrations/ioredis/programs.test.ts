/** Whole programs with the tracer: CommonJS and ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

const RESOURCES = [
  ...['set', 'get', 'get', 'hset', 'hgetall', 'lpush', 'incr', 'get', 'multi', 'incr', 'incr', 'exec'],
  ...['eval', 'get', 'set', 'get', 'lpush', 'get', 'subscribe', 'publish', 'del', 'quit', 'quit', 'get'],
]

programs('ioredis', {
  service: 'redis',
  check(spans) {
    const asked = spans.filter(span => !['info', 'hello', 'client'].includes(span.resource))
    // Traces that begin within one millisecond come in any order.
    assert.deepEqual(asked.map(span => span.resource).sort(), [...RESOURCES].sort())
    for (const span of asked) assert.equal(span.service, 'shop-redis')
    // The last one is asked of a client that is closed.
    assert.deepEqual(
      asked
        .filter(span => span.error === 1)
        .map(span => span.resource)
        .sort(),
      ['get', 'lpush', 'lpush'],
    )
  },
})
