/** Whole programs with the tracer: the oldest and the newest Koa, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

const REQUESTS = [0, 1].flatMap(index => [
  [`GET /${index}/users/:id/posts/:post`, '200', undefined],
  [`POST /${index}/echo`, '200', undefined],
  [`GET /${index}/stream`, '200', undefined],
  [`HEAD /${index}/stream`, '200', undefined],
  [`GET /${index}/fail`, '500', 'RangeError'],
  [`GET /${index}/gone`, '410', undefined],
  // Versions of the routers answer it with 200 or 204.
  ['OPTIONS', undefined, undefined],
])

programs('koa', {
  check(spans) {
    const served = spans.filter(span => span.name === 'koa.request')
    assert.deepEqual(
      served.map(({ resource, meta }) => [
        resource,
        resource === 'OPTIONS' ? undefined : meta['http.status_code'],
        meta['error.type'],
      ]),
      [...REQUESTS, ['GET', '503', 'ServiceUnavailableError'], ['GET', '404', undefined]],
    )
    assert.ok(!spans.some(span => span.name === 'koa.middleware'))
  },
})
