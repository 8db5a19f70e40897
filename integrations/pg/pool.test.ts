/** Pools of pg: who waited, for how long, and the clients that the application asks for. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Pool, type PoolClient, type PoolConfig } from 'pg'
import { withService } from '../../test/services/service'
import type { PlainSpan } from '../../test/support/collect'
import { called, collectPg } from '../../test/support/pg'

const WAIT = 'db.pool.wait_time_ms'

function pooled(t: TestContext, url: string, config: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString: url, max: 1, ...config })
  pool.on('error', () => {})
  t.after(() => pool.end())
  return pool
}

test(
  'only a pooled query that waited says for how long',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const pool = pooled(t, url)
    await pool.query('SELECT 1 AS connects')
    await pool.query('SELECT 2 AS free')
    await called(callback => pool.query('SELECT 3 AS free', callback))
    await Promise.all([pool.query('SELECT pg_sleep(0.05)'), pool.query('SELECT 4 AS waits')])
    const [connects, free, again, sleeps, waits] = await collector.waitFor(5)
    assert.ok(connects.metrics[WAIT] > 0)
    for (const span of [free, again, sleeps]) assert.equal(span.metrics[WAIT], undefined)
    assert.ok(waits.metrics[WAIT] >= 40)
    assert.ok(waits.durationMs < waits.metrics[WAIT])
  }),
)

const missing = (): never => assert.fail('it did not fail')

const asking: Record<string, (pool: Pool) => Promise<PoolClient>> = {
  'a promise': pool => pool.connect(),
  'a callback': pool =>
    called(callback => {
      pool.connect(callback as never)
    }),
}

for (const [form, ask] of Object.entries(asking)) {
  test(
    `asking for a client with ${form} has a span of its own`,
    withService('postgres', async (t, { url }) => {
      const collector = collectPg(t)
      const pool = pooled(t, url)
      const parent = await collector.inParent(async span => {
        const client = await ask(pool)
        await client.query('SELECT 1')
        client.release()
        return span.toSpanId(true)
      })
      const [acquire, query] = await collector.waitFor(2)
      assert.equal(acquire.name, 'pg.pool.acquire')
      assert.equal(acquire.resource, 'pg.pool.acquire')
      assert.equal(acquire.type, 'sql')
      assert.equal(acquire.service, 'shop-postgres')
      assert.equal(acquire.meta['span.kind'], 'client')
      assert.equal(acquire.meta['db.type'], 'postgres')
      assert.equal(acquire.meta['db.name'], new URL(url).pathname.slice(1))
      assert.equal(acquire.meta['out.host'], query.meta['out.host'])
      assert.equal(acquire.parentId, parent)
      assert.equal(query.parentId, parent)
      assert.equal(query.metrics[WAIT], undefined)
    }),
  )

  test(
    `a client that does not come in time is an error of its span, asked for with ${form}`,
    withService('postgres', async (t, { url }) => {
      const collector = collectPg(t)
      const pool = pooled(t, url)
      const client = await pool.connect()
      // Not before: a busy server takes longer to let the first one in.
      pool.options.connectionTimeoutMillis = 30
      const error = await ask(pool).then(missing, (reason: Error) => reason)
      const query = await pool.query('SELECT 1 AS late').then(missing, (reason: Error) => reason)
      client.release()
      const [, acquire, late] = await collector.waitFor(3)
      assert.equal(acquire.meta['error.message'], error.message)
      assert.equal(late.resource, 'SELECT 1 AS late')
      assert.equal(late.meta['error.message'], query.message)
      assert.ok(late.metrics[WAIT] >= 20)
    }),
  )
}

test(
  'schema v1 names the acquisition',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t, { config: { spanAttributeSchema: 'v1' } })
    ;(await pooled(t, url).connect()).release()
    const [span]: PlainSpan[] = await collector.waitFor(1)
    assert.equal(span.name, 'postgresql.pool.acquire')
    assert.equal(span.service, 'shop')
    assert.equal(span.meta['peer.service'], new URL(url).pathname.slice(1))
  }),
)

test(
  'the promise of a client is of the class of the pool, and its rejection still counts as unhandled',
  withService('postgres', async (t, { url }) => {
    collectPg(t)
    class Own<T> extends Promise<T> {}
    const pool = pooled(t, url, { Promise: Own } as never)
    const promise = pool.connect()
    assert.ok(promise instanceof Own)
    assert.equal((pool as unknown as { Promise: unknown }).Promise, Own)
    const client = await promise
    client.release()
    const broken = new Pool({ host: '127.0.0.1', port: 1, max: 1 })
    const rejected = broken.connect()
    assert.equal(Object.getPrototypeOf(rejected), Promise.prototype)
    const unhandled = new Promise(resolve => {
      const listeners = process.listeners('unhandledRejection')
      process.removeAllListeners('unhandledRejection')
      process.once('unhandledRejection', reason => {
        for (const listener of listeners) process.on('unhandledRejection', listener)
        resolve(reason)
      })
    })
    assert.equal(((await unhandled) as { code: string }).code, 'ECONNREFUSED')
    await broken.end()
  }),
)
