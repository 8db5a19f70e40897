/** The native client, where pg-native is installed; and that it may be absent. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import type * as Pg from 'pg'
import { activeSpan } from '../../src/trace/context'
import { withService } from '../../test/services/service'
import type { Collector } from '../../test/support/collect'
import { called, collectPg } from '../../test/support/pg'

const ECHO = 'SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()'

function isInstalled(): boolean {
  try {
    require.resolve('pg-native')
    return true
  } catch {
    return false
  }
}

test('an application without pg-native is told so as ever', { skip: isInstalled() }, t => {
  collectPg(t)
  assert.equal((require('pg') as typeof Pg).native, null)
})

type Body = (collector: Collector, client: Pg.Client, pg: typeof Pg, url: string) => Promise<void>

const native = (body: Body, dbmPropagationMode = 'disabled') => {
  const run = withService('postgres', async (t, { url }) => {
    const collector = collectPg(t, { config: { dbmPropagationMode, env: 'prod' } })
    const pg = (require('pg') as typeof Pg).native as typeof Pg
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    t.after(() => client.end())
    await body(collector, client, pg, url)
  })
  return (t: TestContext) => (isInstalled() ? run(t) : t.skip('pg-native is not installed'))
}

test(
  'native: every form of a query is a span',
  native(async (collector, client, pg) => {
    await client.query('SELECT 1')
    await called(callback => client.query('SELECT 2', callback))
    await client.query({ name: 'third', text: 'SELECT 3' })
    await client.query({ name: 'third', text: 'SELECT 3' })
    await once(client.query(new pg.Query('SELECT 4')), 'end')
    const own = new (pg.Query as unknown as new (...args: unknown[]) => Pg.Query)('SELECT 5')
    await called(callback => (client.query as (...args: unknown[]) => unknown).call(client, own, callback))
    assert.deepEqual(
      (await collector.waitFor(6)).map(span => [span.resource, span.error]),
      ['SELECT 1', 'SELECT 2', 'SELECT 3', 'SELECT 3', 'SELECT 4', 'SELECT 5'].map(text => [text, 0]),
    )
  }),
)

test(
  'native: errors are those that the application gets',
  native(async (collector, client, pg, url) => {
    const message = 'column "wrong" does not exist'
    await assert.rejects(client.query('SELECT wrong'), { message })
    const [error] = await once(client.query(new pg.Query('SELECT wrong')), 'error')
    assert.equal(error.message, message)
    const slow = new pg.Client({ connectionString: url, query_timeout: 30 })
    await slow.connect()
    await assert.rejects(slow.query('SELECT pg_sleep(1)'), { message: 'Query read timeout' })
    assert.deepEqual(
      (await collector.waitFor(3)).map(span => span.meta['error.message']),
      [message, message, 'Query read timeout'],
    )
    await slow.end()
  }),
)

test(
  'native: callbacks and listeners run in the context of their call',
  native(async (collector, client, pg) => {
    await collector.inParent(async parent => {
      const contexts: unknown[] = []
      await called(callback =>
        client.query('SELECT 1', (error, result) => {
          contexts.push(activeSpan())
          callback(error, result)
        }),
      )
      const query = client.query(new pg.Query('SELECT 1'))
      query.on('row', () => contexts.push(activeSpan()))
      query.on('end', () => contexts.push(activeSpan()))
      await once(query, 'end')
      assert.deepEqual(contexts, [parent, parent, parent])
    })
  }),
)

test(
  'native: comments carry the trace but for prepared statements',
  native(async (collector, client) => {
    const { rows } = await client.query(ECHO)
    const [{ traceId, spanId }] = await collector.waitFor(1)
    assert.match(
      rows[0].query,
      new RegExp(`,traceparent='00-${traceId}-${spanId}-01'\\*/ ${ECHO.slice(0, 12)}`),
    )
    for (let round = 0; round < 2; round++) {
      const named = await client.query({ name: 'echo', text: ECHO })
      assert.match(named.rows[0].query, /^\/\*dddb=.*ddpv='[^']*'\*\/ SELECT/)
    }
  }, 'full'),
)
