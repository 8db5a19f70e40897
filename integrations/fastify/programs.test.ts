/** Whole programs with the tracer: the oldest and the newest Fastify, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

const REQUESTS = [
  ['GET /users/:id/posts/:post', '200'],
  ['GET /users/:id/posts/:post', '401'],
  ['POST /echo', '200'],
  ['POST /echo', '400'],
  ['GET /stream', '200'],
  ['GET /raw', '200'],
  ['GET /fail', '500'],
  ['GET /bad', '409'],
  ['GET', '404'],
]

programs('fastify', {
  env: { DD_TRACE_MIDDLEWARE_TRACING_ENABLED: 'true' },
  check(spans) {
    const served = spans.filter(span => span.name === 'fastify.request')
    assert.deepEqual(
      served.map(span => [span.resource, span.meta['http.status_code']]),
      REQUESTS,
    )
    assert.deepEqual(
      served.filter(span => span.error === 1).map(span => span.meta['error.type']),
      ['RangeError'],
    )
    const middleware = spans.filter(span => span.name === 'fastify.middleware')
    assert.deepEqual(
      middleware.map(span => [span.resource, span.parentId]),
      served.map(span => ['first', span.spanId]),
    )
  },
})
