/** Whole programs with the tracer: CommonJS, ES modules, and programs that die of a failed query. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startTestAgent } from '../../src/testing/index'
import { programs } from '../../test/libraries/programs'
import { withService } from '../../test/services/service'
import { INIT, ROOT, runNode } from '../../test/support/programs'

const fixture = (name: string) => join(ROOT, 'integrations', 'pg', 'fixtures', name)
const RESOURCES = [
  'SELECT 1 AS x',
  'SELECT 2 AS x',
  'SELECT $1::int AS x',
  'SELECT 4 AS x',
  'SELECT 5 AS x',
  'SELECT 6 AS x',
  'SELECT wrong',
  'SELECT 8 AS x',
]

programs('pg', {
  service: 'postgres',
  check(spans) {
    assert.deepEqual(
      spans.map(span => span.resource),
      RESOURCES,
    )
    for (const span of spans) {
      assert.equal(span.name, 'pg.query')
      assert.equal(span.service, 'shop-postgres')
      assert.equal(span.error, span.resource === 'SELECT wrong' ? 1 : 0)
    }
  },
})

for (const way of ['rejection', 'event', 'callback', 'handled', 'later']) {
  test(
    `a failure that nobody handles ends as without the tracer: ${way}`,
    withService('postgres', async (t, { url }) => {
      const agent = await startTestAgent()
      t.after(() => agent.close())
      const env = { ...agent.env, SERVICE_URL: url }
      const plain = await runNode([fixture('unhandled.cjs'), way], env)
      const traced = await runNode(['--require', INIT, fixture('unhandled.cjs'), way], env)
      assert.equal(traced.code, plain.code)
      assert.equal(traced.stdout, plain.stdout)
      // The stack below may name functions of the tracer.
      const message = /^error: column "wrong" does not exist$/m
      assert.equal(message.test(traced.stderr), message.test(plain.stderr))
      const failed = await agent.waitForSpan({ name: 'pg.query' })
      assert.equal(failed.meta['error.message'], 'column "wrong" does not exist')
    }),
  )
}
