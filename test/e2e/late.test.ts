/** A tracer that is started after the modules it patches were loaded. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestAgent } from '../../src/testing/index'
import { fixture, runNode } from '../support/programs'

test('init() after the imports of an ES module traces server, client and routes', async () => {
  const agent = await startTestAgent()
  const ended = await runNode([fixture('late.mjs')], agent.env)
  assert.deepEqual([ended.code, ended.stderr], [0, ''])
  await agent.waitForTraces(1)
  agent.assertTrace({
    name: 'http.request',
    resource: 'GET',
    children: [{ name: 'express.request', resource: 'GET /users/:id', meta: { 'http.route': '/users/:id' } }],
  })
  await agent.close()
})
