/** Whole programs with the tracer: the oldest and the newest Express, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

const RESOURCES = ['GET /users/:id/posts/:post', 'POST /echo', 'GET /fail', 'GET']

programs('express', {
  check(spans) {
    const served = spans.filter(span => span.name === 'express.request')
    assert.deepEqual(
      served.map(span => span.resource),
      RESOURCES,
    )
    assert.equal(served[2].meta['error.type'], 'RangeError')
  },
})
