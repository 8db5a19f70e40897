/** Whole programs with the tracer: the oldest and the newest grpc-js, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

/** Method, kind, status at the client and, where a handler was reached for sure, at the server. */
const CALLS = [
  ['Say', 'unary', 0, 0],
  ['Say', 'unary', 0, 0],
  ['Say', 'unary', 5, 5],
  ['Say', 'unary', 3, 3],
  ['Say', 'unary', 1, undefined],
  ['Say', 'unary', 4, undefined],
  ['Say', 'unary', 0, 0],
  ['Collect', 'client_streaming', 0, 0],
  ['Spell', 'server_streaming', 0, 0],
  ['Spell', 'server_streaming', 7, 7],
  ['Talk', 'bidi', 0, 0],
  ['Talk', 'bidi', 13, 13],
]

programs('grpc', {
  check(spans) {
    const sent = spans.filter(span => span.name === 'grpc.client')
    const served = spans.filter(span => span.name === 'grpc.server')
    // Nothing of HTTP/2 below.
    assert.ok(!spans.some(span => /^(http|web)\.request$/.test(span.name)))
    assert.deepEqual(
      sent.map(({ spanId, resource, meta, metrics }) => {
        const below = served.filter(span => span.parentId === spanId)
        assert.ok(below.length <= 1)
        assert.equal(resource, meta['grpc.method.path'])
        const status = metrics['grpc.status.code']
        const its = status === 1 || status === 4 ? undefined : below[0].metrics['grpc.status.code']
        return [meta['grpc.method.name'], meta['grpc.method.kind'], status, its]
      }),
      CALLS,
    )
    for (const span of [...sent, ...served]) {
      assert.equal(span.service, 'shop')
      assert.equal(span.meta.component, 'grpc')
      const isServer = span.name === 'grpc.server'
      assert.equal(span.error, span.metrics['grpc.status.code'] > (isServer ? 1 : 0) ? 1 : 0)
    }
  },
})
