/** Pools of pg: clients that do not come in time, and promises of the application's class. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Pool, type PoolClient, type PoolConfig } from 'pg'
import { withService } from '../../test/services/service'
import { called, collectPg } from '../../test/support/pg'

const WAIT = 'db.pool.wait_time_ms'

function pooled(t: TestContext, url: string, config: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString: url, max: 1, ...config })
  pool.on('error', () => {})
  t.after(() => pool.end())
  return pool
}

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
    `a client that does not come in time is an error of its span, asked for with ${form}`,
    withService('postgres', async (t, { url }) => {
      const collector = collectPg(t)
      const pool = pooled(t, url)
      const client = await pool.connect()
      // Set only now: a busy server may take longer to accept the first connection.
      pool.options.connectionTimeoutMillis = 30
      const error = await ask(pool).then(missing, (reason: Error) => reason)
      const query = await pool.query('SELECT 1 AS late').then(missing, (reason: Error) => reason)
      client.release()
      const [, acquire, late] = await collector.waitFor(3)
      assert.equal(acquire.meta['error.message'], error.message)
      assert.equal(late.resource, 'SELECT 1 AS late')
      assert.equal(late.meta['error.message'], query.message)
      assert.ok(late.metrics[WAIT] > 0)
    }),
  )
}

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
