/** Whole programs with the tracer: the oldest and the newest Connect, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

const REQUESTS = [
  ['GET /users/posts', '200', undefined],
  ['GET /same', '200', undefined],
  ['GET /throw', '503', 'RangeError'],
  ['GET /events', '200', undefined],
  ['GET', '404', undefined],
  ['GET', '404', undefined],
  ['HEAD /same', '200', undefined],
  ['POST /echo', '200', undefined],
]

programs('connect', {
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
      REQUESTS.map(row => ['connect.request', ...row, 'connect']),
    )
    assert.ok(!spans.some(span => span.name === 'connect.middleware'))
  },
})
