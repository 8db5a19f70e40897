/** The spans of every way to send a query with pg. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Pool, Query, type QueryResult } from 'pg'
import { withService } from '../../test/services/service'
import type { PlainSpan } from '../../test/support/collect'
import { called, collectPg, connected, PgCursor, PgQueryStream } from '../../test/support/pg'

const resources = (spans: PlainSpan[]) => spans.map(span => span.resource)

test(
  'every form of the arguments makes one span with the text as it was given',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url)
    await client.query('SELECT 1')
    await client.query('SELECT $1::int', [2])
    await client.query({ text: 'SELECT 3' })
    await client.query({ text: 'SELECT $1::int + 4', values: [4] })
    await client.query({ text: 'SELECT 5' }, [])
    await called(callback => client.query('SELECT 6', callback))
    await called(callback => client.query('SELECT $1::int + 7', [7], callback))
    await called(callback => client.query({ text: 'SELECT 8' }, callback as never))
    await called(callback => client.query({ text: 'SELECT 9', callback } as never))
    await client.query({ name: 'tenth', text: 'SELECT $1::int + 10', values: [10] })
    await client.query({ name: 'tenth', text: 'SELECT $1::int + 10', values: [11] })
    await client.query({ text: 'SELECT 11', rowMode: 'array' })
    await client.query('SELECT 12; SELECT 13')
    await client.query('')
    assert.deepEqual(resources(await collector.waitFor(14)), [
      'SELECT 1',
      'SELECT $1::int',
      'SELECT 3',
      'SELECT $1::int + 4',
      'SELECT 5',
      'SELECT 6',
      'SELECT $1::int + 7',
      'SELECT 8',
      'SELECT 9',
      'SELECT $1::int + 10',
      'SELECT $1::int + 10',
      'SELECT 11',
      'SELECT 12; SELECT 13',
      'pg.query',
    ])
    for (const span of collector.own()) assert.equal(span.error, 0)
  }),
)

test(
  'a query object is followed whether it has a callback or listeners',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url)
    const result = await called<QueryResult>(callback => {
      client.query(new (Query as unknown as new (...args: unknown[]) => Query)('SELECT 1 AS x', callback))
    })
    assert.deepEqual(result.rows, [{ x: 1 }])
    const listened = client.query(new Query('SELECT 2 AS x'))
    const rows: unknown[] = []
    listened.on('row', row => rows.push(row))
    await once(listened, 'end')
    assert.deepEqual(rows, [{ x: 2 }])
    assert.deepEqual(resources(await collector.waitFor(2)), ['SELECT 1 AS x', 'SELECT 2 AS x'])
    assert.equal(collector.own()[1].metrics['db.stream'], undefined)
  }),
)

test(
  'a pool makes one span a query, and one for a client that is asked for',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const pool = new Pool({ connectionString: url, max: 2 })
    t.after(() => pool.end())
    await pool.query('SELECT 1')
    await called(callback => pool.query('SELECT 2', callback))
    await called(callback => pool.query('SELECT $1::int', [3], callback))
    const client = await pool.connect()
    await client.query('BEGIN')
    await client.query('SELECT 4')
    await client.query('COMMIT')
    client.release()
    assert.deepEqual(resources(await collector.waitFor(7)), [
      'SELECT 1',
      'SELECT 2',
      'SELECT $1::int',
      'pg.pool.acquire',
      'BEGIN',
      'SELECT 4',
      'COMMIT',
    ])
    assert.equal(collector.own().length, 7)
  }),
)

test(
  'the span of a cursor lasts until its last row was read or it was closed',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url)
    const whole = client.query(new PgCursor('SELECT generate_series(1, 3)'))
    assert.equal((await whole.read(2)).length, 2)
    assert.equal(collector.own().length, 0)
    assert.equal((await whole.read(2)).length, 1)
    await collector.waitFor(1)
    const part = client.query(new PgCursor('SELECT generate_series(1, 9)'))
    assert.equal((await part.read(2)).length, 2)
    assert.equal(collector.own().length, 1)
    await part.close()
    const [first, second] = await collector.waitFor(2)
    assert.equal(first.resource, 'SELECT generate_series(1, 3)')
    assert.equal(first.metrics['db.stream'], 1)
    assert.equal(second.resource, 'SELECT generate_series(1, 9)')
    assert.equal(second.metrics['db.stream'], 1)
    assert.equal(second.error, 0)
  }),
)

test(
  'the span of a stream lasts until its end or its destruction',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url)
    let rows = 0
    for await (const _row of client.query(new PgQueryStream('SELECT generate_series(1, 250)'))) rows++
    assert.equal(rows, 250)
    const stream = client.query(new PgQueryStream('SELECT generate_series(1, 999)', [], { batchSize: 10 }))
    for await (const _row of stream) break
    await client.query('SELECT 1')
    const spans = await collector.waitFor(3)
    assert.deepEqual(
      spans.map(span => [span.resource, span.metrics['db.stream'], span.error]),
      [
        ['SELECT generate_series(1, 250)', 1, 0],
        ['SELECT generate_series(1, 999)', 1, 0],
        ['SELECT 1', undefined, 0],
      ],
    )
  }),
)

test(
  'the time that a query waits behind another belongs to its span',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t)
    const client = await connected(t, url)
    await Promise.all([client.query('SELECT 1'), client.query('SELECT 2')])
    const [first, behind] = await collector.waitFor(2)
    assert.deepEqual([first.resource, behind.resource], ['SELECT 1', 'SELECT 2'])
    const answeredMs = first.startMs + first.durationMs
    assert.ok(behind.startMs < answeredMs)
    assert.ok(behind.startMs + behind.durationMs >= answeredMs)
  }),
)
