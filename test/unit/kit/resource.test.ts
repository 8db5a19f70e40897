/** The resource name of server requests. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { webResource } from '../../../src/kit/web/index'

test('the resource is method and route, and the method alone without a route', () => {
  assert.equal(webResource('GET', '/users/:id'), 'GET /users/:id')
  assert.equal(webResource('GET', ''), 'GET')
  assert.equal(webResource(undefined, ''), '')
})
