/** Parents of queries, and the context in which the application is called back. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { type Client, Pool, Query } from 'pg'
import { activeSpan } from '../../src/trace/context'
import { withService } from '../../test/services/service'
import { called, collectPg, connected, PgCursor, PgQueryStream } from '../../test/support/pg'

test(
  'a caller without a span gets none from the one who gave the client back',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const pool = new Pool({ connectionString: url, max: 1 })
    t.after(() => pool.end())
    let seen: unknown = 'nothing'
    const first = collector.inParent(() => called(callback => pool.query('SELECT 1', callback)))
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
    // The connection is opened inside of another span, to which its socket's events belong.
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
