/** Whole programs with the tracer: the oldest and the newest undici, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

/** Method, path and status of the requests, in order. */
const REQUESTS = [
  ['GET', '/request', '200'],
  ['POST', '/list', '200'],
  ['GET', '/missing', '404'],
  ['GET', '/stream', '200'],
  ['PUT', '/pipeline', '200'],
  ['GET', '/client', '200'],
  ['GET', '/pool/1', '200'],
  ['GET', '/pool/2', '200'],
  ['GET', '/pool/3', '200'],
  ['GET', '/away', undefined],
  ['GET', '/fetch', '200'],
  ['GET', '/closed', undefined],
]

programs('undici', {
  check(spans) {
    const sent = spans.filter(span => span.name === 'undici.request')
    assert.deepEqual(
      sent.map(span => [
        span.resource,
        new URL(span.meta['http.url']).pathname,
        span.meta['http.status_code'],
      ]),
      REQUESTS,
    )
    const served = spans.filter(span => span.name === 'web.request')
    assert.equal(served.length, REQUESTS.length - 1)
    for (const span of served) assert.ok(sent.some(request => request.spanId === span.parentId))
    assert.equal(spans.length, sent.length + served.length)
    for (const span of sent) {
      assert.equal(span.service, 'shop')
      assert.equal(span.meta.component, 'undici')
      assert.equal(span.meta['span.kind'], 'client')
      const isFailed = span.meta['http.status_code'] !== '200'
      assert.equal(span.error, isFailed ? 1 : 0)
    }
  },
})
