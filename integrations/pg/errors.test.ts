/** Queries that fail: the span has the error, which the application gets as without the tracer. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { Client, Pool, Query, type types } from 'pg'
import { withService } from '../../test/services/service'
import type { Collector, PlainSpan } from '../../test/support/collect'
import { called, collectPg, connected, PgCursor, PgQueryStream } from '../../test/support/pg'

const WRONG = 'SELECT * FROM no_such_table'
const NO_TABLE = 'relation "no_such_table" does not exist'

async function failedSpan(collector: Collector): Promise<PlainSpan> {
  const [span] = await collector.waitFor(1)
  assert.equal(collector.own().length, 1)
  assert.equal(span.error, 1)
  collector.clear()
  return span
}

/** Checks that the span has the application's error. */
async function assertFailed(collector: Collector, error: unknown, message: string): Promise<void> {
  assert.ok(error instanceof Error)
  assert.equal(error.message, message)
  const { meta } = await failedSpan(collector)
  assert.equal(meta['error.message'], message)
  assert.equal(meta['error.type'], error.name)
  assert.ok(meta['error.stack'].startsWith(`${error.name}: ${message}`), meta['error.stack'])
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    error => error,
  )

test(
  'an error of the server is on the span, in every form of the call',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url)
    const pool = new Pool({ connectionString: url, max: 1 })
    t.after(() => pool.end())
    const forms: Record<string, () => Promise<unknown>> = {
      promise: () => client.query(WRONG),
      callback: () => called(callback => client.query(WRONG, callback)),
      parameters: () => client.query(`${WRONG} WHERE id = $1`, [1]),
      named: () => client.query({ name: 'wrong', text: WRONG }),
      pool: () => pool.query(WRONG),
      'pool with callback': () => called(callback => pool.query(WRONG, callback)),
      'query object': async () => {
        const [error] = await once(client.query(new Query(WRONG)), 'error')
        throw error
      },
      cursor: () => client.query(new PgCursor(WRONG)).read(1),
      stream: async () => {
        for await (const _row of client.query(new PgQueryStream(WRONG)));
      },
    }
    for (const [form, fail] of Object.entries(forms)) {
      await t.test(form, async () => assertFailed(collector, await rejection(fail()), NO_TABLE))
    }
  }),
)

test(
  'a cursor whose error nobody asked for has it on its span',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url)
    client.query(new PgCursor(WRONG))
    const { meta } = await failedSpan(collector)
    assert.equal(meta['error.message'], NO_TABLE)
  }),
)

test(
  'values that cannot be sent fail the span at once',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url)
    const unusable = {
      toPostgres() {
        throw new TypeError('not for sending')
      },
    }
    const error = await rejection(client.query('SELECT $1::text', [unusable]))
    await assertFailed(collector, error, 'not for sending')
  }),
)

test(
  'a row that cannot be parsed fails the span',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url)
    const failing = {
      getTypeParser: () => () => {
        throw new RangeError('not for reading')
      },
    } as unknown as typeof types
    const error = await rejection(client.query({ text: 'SELECT 1', types: failing }))
    await assertFailed(collector, error, 'not for reading')
    const listened = client.query(new Query({ text: 'SELECT 2', types: failing }))
    await assertFailed(collector, (await once(listened, 'error'))[0], 'not for reading')
  }),
)

test(
  'a query that took too long fails',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url, { query_timeout: 30 })
    const error = await rejection(client.query('SELECT pg_sleep(5)'))
    await assertFailed(collector, error, 'Query read timeout')
  }),
)

test(
  'queries of a client that was ended fail, in every form of the call',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.end()
    const message = 'Client was closed and is not queryable'
    await assertFailed(collector, await rejection(client.query('SELECT 1')), message)
    const failed = called(callback => client.query('SELECT 1', callback))
    await assertFailed(collector, await rejection(failed), message)
    const [error] = await once(client.query(new Query('SELECT 1')), 'error')
    await assertFailed(collector, error, message)
  }),
)

test(
  'queries under way when the connection breaks fail',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url)
    const running = rejection(client.query('SELECT pg_sleep(10)'))
    const waiting = rejection(client.query('SELECT 1'))
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
    stream.destroy(new Error('broken'))
    assert.ok((await running) instanceof Error)
    assert.ok((await waiting) instanceof Error)
    const spans = await collector.waitFor(2)
    assert.deepEqual(
      spans
        .filter(span => span.error === 1)
        .map(span => span.resource)
        .sort(),
      ['SELECT 1', 'SELECT pg_sleep(10)'],
    )
    await rejection(client.query('SELECT 2'))
    const after = (await collector.waitFor(3))[2]
    assert.equal(
      after.meta['error.message'],
      'Client has encountered a connection error and is not queryable',
    )
  }),
)

test(
  'queries that share a pipeline have their own spans, and those it refuses fail',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url, { pipeline: true } as never)
    if (!(client as { pipeline?: boolean }).pipeline) return t.skip('this version of pg has no pipelines')
    await Promise.all([
      collector.inParent(() => client.query('SELECT 1'), 'SELECT 1'),
      collector.inParent(() => rejection(client.query(WRONG)), WRONG),
      collector.inParent(() => called(callback => client.query('SELECT 3', callback)), 'SELECT 3'),
    ])
    const spans = await collector.waitFor(3)
    const parents = new Map(collector.spans().map(span => [span.spanId, span.resource]))
    for (const span of spans) {
      assert.equal(parents.get(span.parentId), span.resource)
      assert.equal(span.error, span.resource === WRONG ? 1 : 0)
    }
    await rejection(client.query(new PgCursor('SELECT 4')).read(1))
    await rejection(client.query({ text: 'SELECT 5', rows: 1 } as never))
    const [, , , cursor, rows] = await collector.waitFor(5)
    assert.match(cursor.meta['error.message'], /not supported in pipeline mode/)
    assert.equal(rows.meta['error.message'], 'Client refused the query')
  }),
)
