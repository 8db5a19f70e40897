/** One trace through everything: HTTP, an Express app, Kafka, a consumer, PostgreSQL and MariaDB. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, type TestContext } from 'node:test'
import { startTestAgent, type TestTrace } from '../../src/testing/index'
import { childrenOf, describeTraces } from '../../src/testing/test-trace'
import { installLibraries } from '../libraries/install'
import { type LibrarySet, librarySets } from '../libraries/sets'
import type { ServiceName } from '../services/registry'
import { withService } from '../services/service'
import { kafkaTest, NEWEST } from '../support/kafka'
import { fixture, INIT, startApp } from '../support/programs'

const databases: Record<string, ServiceName> = { POSTGRES_URL: 'postgres', MARIADB_URL: 'mariadb' }
const mysql2 = librarySets('mysql2').filter(({ name }) => name !== 'oldest')[0]

before(() => installLibraries([mysql2]))

const pathOf = (set: LibrarySet, name: string): string => join(set.folder, 'node_modules', name)

/** Where the databases are, for the environment of programs. */
async function databaseEnv(t: TestContext): Promise<Record<string, string>> {
  const env: Record<string, string> = {}
  for (const [variable, name] of Object.entries(databases)) {
    await withService(name, (_t, { url }) => {
      env[variable] = url
    })(t)
  }
  return env
}

/** `service name resource` of each span, indented. */
function treeOf(trace: TestTrace): string[] {
  const lines: string[] = []
  const walk = (parent: TestTrace['root'] | undefined, indent: string): void => {
    for (const span of childrenOf(trace, parent)) {
      lines.push(`${indent}${span.service} ${span.name} ${span.resource}`)
      walk(span, `${indent}  `)
    }
  }
  walk(undefined, '')
  return lines
}

kafkaTest(
  'an order is one trace, from the request to both databases',
  async (t, { set, brokers, topic }) => {
    const agent = await startTestAgent()
    t.after(() => agent.close())
    const env = {
      ...agent.env,
      ...(await databaseEnv(t)),
      // Spans of connections depend on which statement needs one first.
      DD_TRACE_NET_ENABLED: 'false',
      BROKERS: brokers[0],
      TOPIC: topic,
      KAFKAJS: pathOf(set, 'kafkajs'),
      MYSQL2: pathOf(mysql2, 'mysql2/promise'),
    }
    const start = (service: string) =>
      startApp(['--require', INIT, fixture(`orders-${service}.cjs`)], { ...env, DD_SERVICE: service })
    const web = await start('web')
    t.after(() => web.stop())
    const worker = await start('worker')
    t.after(() => worker.stop())
    const response = await fetch(`${web.url}/orders/7`, { method: 'POST' })
    assert.equal(response.status, 202)
    const [trace, ...others] = await agent.waitForTraces(
      traces => traces.flatMap(({ spans }) => spans).filter(span => /query/.test(span.name)).length === 2,
    )
    assert.equal(others.length, 0, describeTraces([trace, ...others]))
    const tree = treeOf(trace)
    for (const line of tree) t.diagnostic(line)
    assert.deepEqual(tree, [
      'web express.request POST /orders/:id',
      `  web-kafka kafka.produce ${topic}`,
      `    worker-kafka kafka.consume ${topic}`,
      '      worker-postgres pg.query SELECT $1::text AS stored',
      '      worker-mysql mysql.query SELECT ? AS stored',
    ])
  },
  NEWEST,
)
