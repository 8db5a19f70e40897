/** Whole programs with the tracer: CommonJS and ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

const RESOURCES = [
  ...[
    'set',
    'get',
    'get',
    'get',
    'gets',
    'cas',
    'add',
    'replace',
    'set',
    'incr',
    'decr',
    'incr',
    'append',
    'touch',
  ],
  ...['set', 'set', 'version', 'stats', 'delete', 'get', 'delete'],
]

programs('memcached', {
  service: 'memcached',
  env: { DD_TRACE_MEMCACHED_COMMAND_ENABLED: 'true' },
  check(spans) {
    // Traces that begin within one millisecond come in any order.
    assert.deepEqual(spans.map(span => span.resource).sort(), [...RESOURCES].sort())
    for (const span of spans) {
      assert.equal(span.service, 'shop-memcached')
      assert.ok(span.meta['memcached.command'].startsWith(span.resource))
    }
    assert.deepEqual(
      spans
        .filter(span => span.error === 1)
        .map(span => span.resource)
        .sort(),
      ['add', 'incr', 'set', 'set'],
    )
  },
})
