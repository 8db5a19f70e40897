/** Whose child a query is, and in whose context the application goes on. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { type Client, Pool, Query } from 'pg'
import { getBaggage, runWithBaggage } from '../../src/trace/baggage'
import { activeSpan } from '../../src/trace/context'
import { withService } from '../../test/services/service'
import type { Collector } from '../../test/support/collect'
import { called, collectPg, connected, PgCursor, PgQueryStream } from '../../test/support/pg'

const CALLERS = 20

/** Each query names its caller, and must be a child of that caller's span. */
function assertParents(collector: Collector, queriesEach: number): void {
  const callers = new Map(
    collector
      .spans()
      .filter(span => span.name === 'test.parent')
      .map(span => [span.spanId, span.resource]),
  )
  assert.equal(callers.size, CALLERS)
  const queries = collector.own().filter(span => span.name === 'pg.query')
  assert.equal(queries.length, CALLERS * queriesEach)
  for (const query of queries)
    assert.equal(callers.get(query.parentId), `caller ${/\d+/.exec(query.resource)}`)
}

const asCallers = (collector: Collector, fn: (caller: number) => Promise<unknown>) =>
  Promise.all(
    Array.from({ length: CALLERS }, (_, caller) => collector.inParent(() => fn(caller), `caller ${caller}`)),
  )

const forms: Record<string, (pool: Pool, caller: number) => Promise<unknown>> = {
  async promises(pool, caller) {
    await pool.query(`SELECT ${caller}`)
    await pool.query(`SELECT ${caller} AS again`)
  },
  callbacks: (pool, caller) =>
    called(done => {
      pool.query(`SELECT ${caller}`, error => {
        if (error) done(error, undefined)
        else pool.query(`SELECT ${caller} AS again`, done)
      })
    }),
  'connect with a promise': async (pool, caller) => {
    const client = await pool.connect()
    await client.query(`SELECT ${caller}`)
    await client.query(`SELECT ${caller} AS again`)
    client.release()
  },
  'connect with a callback': (pool, caller) =>
    called(done => {
      pool.connect((error, client, release) => {
        if (error || client === undefined) return done(error as Error, undefined)
        client.query(`SELECT ${caller}`, () => {
          client.query(`SELECT ${caller} AS again`, (failure, result) => {
            release()
            done(failure, result)
          })
        })
      })
    }),
}

for (const [form, queries] of Object.entries(forms)) {
  test(
    `callers who share one connection keep their own queries: ${form}`,
    withService('postgres', async (t, { url }) => {
      const collector = collectPg(t)
      const pool = new Pool({ connectionString: url, max: 1 })
      t.after(() => pool.end())
      await asCallers(collector, caller => queries(pool, caller))
      assertParents(collector, 2)
    }),
  )
}

test(
  'a caller without a span gets none from the one who gave the client back',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const pool = new Pool({ connectionString: url, max: 1 })
    t.after(() => pool.end())
    let seen: unknown = 'nothing'
    const first = collector.inParent(() => called(callback => pool.query('SELECT pg_sleep(0.01)', callback)))
    const second = called(callback =>
      pool.query('SELECT 2', (error, result) => {
        seen = activeSpan()
        callback(error, result)
      }),
    )
    await Promise.all([first, second])
    const spans = await collector.waitFor(2)
    assert.equal(spans.find(span => span.resource === 'SELECT 2')?.parentId, '0000000000000000')
    assert.equal(seen, undefined)
  }),
)

test(
  'what the application is called with runs in the context of its own call',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    // Opened inside of another span: all of its sockets belong to that.
    const client = (await collector.inParent(() => connected(t, url))) as Client
    await collector.inParent(async parent => {
      await called(callback =>
        client.query('SELECT 1', (error, result) => {
          assert.equal(activeSpan(), parent)
          callback(error, result)
        }),
      )
      await assert.rejects(
        called(callback =>
          client.query('SELECT wrong', (error, result) => {
            assert.equal(activeSpan(), parent)
            callback(error, result)
          }),
        ),
        /column "wrong" does not exist/,
      )
      await client.query('SELECT 1')
      assert.equal(activeSpan(), parent)
      const contexts: unknown[] = []
      const query = client.query(new Query('SELECT 1'))
      query.on('row', () => contexts.push(activeSpan()))
      query.on('end', () => contexts.push(activeSpan()))
      await once(query, 'end')
      const cursor = client.query(new PgCursor('SELECT generate_series(1, 3)'))
      for (const rows of [2, 2]) {
        await called(callback =>
          cursor.read(rows, (error, result) => {
            contexts.push(activeSpan())
            callback(error as Error, result)
          }),
        )
      }
      const stream = client.query(new PgQueryStream('SELECT generate_series(1, 3)', [], { batchSize: 2 }))
      stream.on('data', () => contexts.push(activeSpan()))
      stream.on('end', () => contexts.push(activeSpan()))
      await once(stream, 'end')
      assert.equal(contexts.length, 8)
      for (const context of contexts) assert.equal(context, parent)
    })
  }),
)

test(
  'callbacks keep the baggage of their caller',
  withService('postgres', async (t, { url }) => {
    collectPg(t)
    const client = await runWithBaggage({ of: 'the socket' }, () => connected(t, url), undefined, [])
    await runWithBaggage(
      { of: 'the caller' },
      () =>
        called(callback =>
          client.query('SELECT 1', (error, result) => {
            assert.deepEqual(getBaggage(), { of: 'the caller' })
            callback(error, result)
          }),
        ),
      undefined,
      [],
    )
  }),
)

test(
  'a span has ended when its callback runs',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url)
    await called(callback =>
      client.query('SELECT 1', (error, result) => {
        assert.equal(collector.own().length, 1)
        callback(error, result)
      }),
    )
  }),
)
