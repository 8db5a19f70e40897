/** Whole programs: jobs go through Redis, and each is a child of the call that added it. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

programs('bullmq', {
  service: 'redis',
  env: { DD_TRACE_IOREDIS_ENABLED: 'false', DD_TRACE_REDIS_ENABLED: 'false', DD_TRACE_NET_ENABLED: 'false' },
  check(spans) {
    const added = spans.filter(span => span.name.startsWith('bullmq.add'))
    const processed = spans.filter(span => span.name === 'bullmq.processJob')
    assert.deepEqual(
      added.map(({ name, resource, service, error }) => [name, resource, service, error]),
      [
        ['bullmq.add', 'orders', 'shop-bullmq', 0],
        ['bullmq.add', 'orders', 'shop-bullmq', 0],
        ['bullmq.addBulk', 'orders', 'shop-bullmq', 0],
        ['bullmq.add', 'parents', 'shop-bullmq', 0],
        ['bullmq.add', 'orders', 'shop-bullmq', 0],
        ['bullmq.add', 'orders', 'shop-bullmq', 1],
        ['bullmq.addBulk', 'orders', 'shop-bullmq', 1],
      ],
    )
    const [first, second, bulk, flow, failing] = added
    const parents = [first, second, bulk, bulk, flow, flow, failing].map(span => span.spanId)
    assert.deepEqual(processed.map(span => span.parentId).sort(), parents.sort())
    const [failed] = processed.filter(span => span.error === 1)
    assert.equal(failed.meta['error.message'], 'too far')
    assert.equal(failed.meta['bullmq.job.name'], 'fail')
    assert.equal(processed.filter(span => span.error === 1).length, 1)
  },
})
