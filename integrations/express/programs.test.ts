/** Whole programs with the tracer: Express 4 and 5, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startTestAgent } from '../../src/testing/index'
import { VERSIONS } from '../../test/support/express-apps'
import { folderWith } from '../../test/support/packages'
import { INIT, REGISTER, ROOT, runNode } from '../../test/support/programs'

const RESOURCES = ['GET /users/:id/posts/:post', 'POST /echo', 'GET /fail', 'GET']

for (const version of VERSIONS) {
  const folder = folderWith('express', version === 4 ? 'express4' : 'express')
  cpSync(join(ROOT, 'integrations', 'express', 'fixtures'), folder, { recursive: true })

  for (const [kind, args] of [
    ['CommonJS', ['--require', INIT, join(folder, 'app.cjs')]],
    ['CommonJS, hooked as ES modules are,', ['--import', REGISTER, join(folder, 'app.cjs')]],
    ['ES modules', ['--import', REGISTER, join(folder, 'app.mjs')]],
  ] as const) {
    test(`a program of ${kind} with express ${version} answers the same, and is traced`, async t => {
      const agent = await startTestAgent()
      t.after(() => agent.close())
      const plain = await runNode(args.slice(-1))
      const traced = await runNode(args, { ...agent.env, DD_SERVICE: 'shop' })
      assert.equal(plain.code, 0, plain.stderr)
      assert.deepEqual(traced, plain)
      await agent.waitForTraces(RESOURCES.length)
      const served = agent
        .spans()
        .filter(span => span.name === 'express.request')
        .sort((first, second) => (first.startNs < second.startNs ? -1 : 1))
      assert.deepEqual(
        served.map(span => span.resource),
        RESOURCES,
      )
      assert.equal(served[2].meta['error.type'], 'RangeError')
    })
  }
}
