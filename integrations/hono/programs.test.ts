/** Whole programs with the tracer: the oldest and the newest Hono, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

const REQUESTS = [
  ['GET /api/users/:id', '200', undefined],
  ['GET /api/users/:id/posts/:post', '200', undefined],
  ['GET /api/users/:id/posts/:post/broken', '500', 'TypeError'],
  ['HEAD /api/users/:id', '200', undefined],
  ['GET /private/thing', '200', undefined],
  ['GET /private/*', '401', undefined],
  ['GET', '404', undefined],
  ['POST /echo', '200', undefined],
  ['GET /fail', '500', 'RangeError'],
  ['GET /gone', '410', undefined],
  ['GET /stream', '200', undefined],
  ['GET /events', '200', undefined],
  ['GET', '404', undefined],
]

programs('hono', {
  check(spans) {
    const served = spans.filter(span => span.meta['span.kind'] === 'server')
    assert.deepEqual(
      served.map(({ name, resource, meta }) => [
        name,
        resource,
        meta['http.status_code'],
        meta['error.type'],
        meta.component,
      ]),
      REQUESTS.map(row => ['hono.request', ...row, 'hono']),
    )
    assert.ok(!spans.some(span => span.name === 'hono.middleware'))
  },
})
