/** Whole programs of ioredis and its descendants, which run the same commands. */

import assert from 'node:assert/strict'
import { programs } from '../../libraries/programs'

const RESOURCES = [
  ...['set', 'get', 'get', 'hset', 'hgetall', 'lpush', 'incr', 'get', 'multi', 'incr', 'incr', 'exec'],
  ...['eval', 'get', 'set', 'get', 'lpush', 'get', 'subscribe', 'publish', 'del', 'quit', 'quit', 'get'],
]

export function ioredisPrograms(integration: string, service: string): void {
  programs(integration, {
    service: 'redis',
    shared: ['ioredis/fixtures/commands.cjs'],
    check(spans) {
      const asked = spans.filter(span => !['info', 'hello', 'client'].includes(span.resource))
      // Traces that begin within one millisecond come in any order.
      assert.deepEqual(asked.map(span => span.resource).sort(), [...RESOURCES].sort())
      for (const span of asked) assert.equal(span.service, service)
      const failed = asked.filter(span => span.error === 1).map(span => span.resource)
      // The last command is sent by a client that is closed.
      assert.deepEqual(failed.sort(), ['get', 'lpush', 'lpush'])
    },
  })
}
