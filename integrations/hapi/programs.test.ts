/** Whole programs with the tracer: the oldest and the newest hapi, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

const REQUESTS = [
  ['GET /users/{id}/posts/{post?}', '200', undefined],
  ['GET /stream/{path*}', '200', undefined],
  ['GET /fail', '500', 'RangeError'],
  ['GET /replaced', '503', 'RangeError'],
  ['GET /gone', '500', 'Error'],
  ['GET /raw', '200', undefined],
  ['GET', '404', undefined],
  ['HEAD /users/{id}/posts/{post?}', '200', undefined],
  ['POST /echo', '200', undefined],
  ['POST /echo', '400', undefined],
]

programs('hapi', {
  check(spans) {
    const served = spans.filter(span => span.name === 'hapi.request')
    assert.deepEqual(
      served.map(span => [span.resource, span.meta['http.status_code'], span.meta['error.type']]),
      REQUESTS,
    )
  },
})
