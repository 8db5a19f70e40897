/** Whole programs with the tracer: the oldest and the newest restify, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

const REQUESTS = [
  ['GET /users/:id', '200', undefined],
  ['HEAD /users/:id', '200', undefined],
  ['POST /echo', '201', undefined],
  ['GET /fail', '500', 'RangeError'],
  ['GET /events', '200', undefined],
  ['GET /users/:id', '403', undefined],
  ['GET', '404', undefined],
  ['DELETE', '405', undefined],
]

programs('restify', {
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
      REQUESTS.map(row => ['restify.request', ...row, 'restify']),
    )
    assert.ok(!spans.some(span => span.name === 'restify.middleware'))
  },
})
