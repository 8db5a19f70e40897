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

/** Versions 2 and 3, which have callbacks. */
const CLASSIC = [
  ...[
    'set',
    'get',
    'hmset',
    'hgetall',
    'lpush',
    'nosuchcommand',
    'set',
    'set',
    'lpush',
    'get',
    'multi',
    'set',
    'lpush',
  ],
  ...['get', 'exec', 'get', 'lpush', 'eval', 'subscribe', 'publish', 'quit', 'del', 'quit', 'get'],
]

programs('redis', {
  service: 'redis',
  check(spans, { versions }) {
    const isClassic = Number.parseInt(versions.redis, 10) < 4
    const asked = spans.filter(span => !['HELLO', 'SELECT', 'info'].includes(span.resource))
    // Version 3 refuses the value, version 2 does not.
    const refused = (resource: string) => isClassic && resource === 'set'
    // Traces that begin within one millisecond come in any order.
    assert.deepEqual(asked.map(span => span.resource).sort(), [...(isClassic ? CLASSIC : RESOURCES)].sort())
    for (const span of asked) assert.equal(span.service, 'shop-redis')
    assert.deepEqual(
      asked
        .filter(span => span.error === 1 && !refused(span.resource))
        .map(span => span.resource)
        .sort(),
      isClassic ? ['get', 'lpush', 'lpush', 'lpush', 'nosuchcommand'] : ['LPUSH', 'LPUSH', 'NOSUCHCOMMAND'],
    )
  },
})
