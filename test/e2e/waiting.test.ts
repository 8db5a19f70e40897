/**
 * Pools, batchers and query builders that need no patch, or only that of bluebird: every request goes on as itself.
 */

import assert from 'node:assert/strict'
import { before, type TestContext, test } from 'node:test'
import { startTestAgent } from '../../src/testing/index'
import { installLibraries } from '../libraries/install'
import { librarySet } from '../libraries/sets'
import { withService } from '../services/service'
import { fixture, INIT, runNode } from '../support/programs'

const pg = '8.23.1'
const VERSIONS: Record<string, string>[] = [
  { 'generic-pool': '3.9.0' },
  { dataloader: '1.4.0' },
  { dataloader: '2.2.3' },
  { knex: '0.21.21', pg },
  { knex: '1.0.7', pg },
  { knex: '3.3.0', pg },
  { sequelize: '4.44.4', pg },
  { sequelize: '5.22.5', pg },
  { sequelize: '6.37.8', pg },
]
const sets = VERSIONS.map(versions => librarySet('waiting', 'chosen', versions))

for (const set of sets) {
  const [name] = Object.keys(set.versions)
  const check = async (_t: TestContext, env: Record<string, string> = {}): Promise<void> => {
    const agent = await startTestAgent()
    try {
      const args = [fixture('waiting.cjs'), name]
      const settings = { ...env, LIBRARIES: set.folder }
      const plain = await runNode(args, settings)
      const traced = await runNode(['--require', INIT, ...args], { ...agent.env, ...settings })
      assert.equal(plain.code, 0, plain.stderr)
      assert.deepEqual([traced.code, traced.stdout], [plain.code, plain.stdout])
      const spans = agent.spans()
      const requests = spans.filter(span => span.parentId === 0n).map(span => span.spanId)
      for (const query of spans.filter(span => span.name === 'pg.query')) {
        // A query of the pool itself on a new connection belongs to the request that made the pool connect.
        if (/^SELECT \d/i.test(query.resource)) assert.ok(requests.includes(query.parentId), query.resource)
      }
      if ('pg' in set.versions) assert.ok(spans.some(span => span.name === 'pg.query'))
    } finally {
      await agent.close()
    }
  }
  before(() => installLibraries([set]))
  test(
    `requests that wait for each other in ${set.label}`,
    'pg' in set.versions
      ? withService('postgres', (t, { url }) => check(t, { SERVICE_URL: url }))
      : t => check(t),
  )
}
