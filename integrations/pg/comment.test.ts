/** The comments that the server gets with the statements. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { type Client, Query } from 'pg'
import { withService } from '../../test/services/service'
import { collectPg, connected, PgCursor, PgQueryStream } from '../../test/support/pg'

/** A statement that answers with its own text, as the server got it. */
const ECHO = 'SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()'
const TRACEPARENT = /,traceparent='00-([0-9a-f]{32})-([0-9a-f]{16})-(0[01])'\*\/ /

const echo = async (client: Client): Promise<string> => (await client.query(ECHO)).rows[0].query

function serviceComment(url: string, service = 'shop-postgres'): string {
  const { hostname, pathname } = new URL(url)
  return `/*dddb='${pathname.slice(1)}',dddbs='${service}',dde='prod',ddh='${hostname}',ddps='shop',ddpv='1.2.3'`
}

const settings = (mode: string) => ({ dbmPropagationMode: mode, env: 'prod', version: '1.2.3' })

test(
  'every kind of query gets its comment, and no object of the application is changed',
  withService('postgres', async (t, { url }) => {
    collectPg(t, { config: settings('full') })
    const client = await connected(t, url)
    const texts: string[] = []
    texts.push((await client.query(`${ECHO} AND 1 = $1`, [1])).rows[0].query)
    for (let round = 0; round < 2; round++) {
      // The same object twice: each time from the original text.
      const config = Object.freeze({ text: ECHO })
      texts.push((await client.query(config)).rows[0].query)
    }
    const own = new Query<{ query: string }>(ECHO)
    own.on('row', row => texts.push(row.query))
    client.query(own)
    await once(own, 'end')
    assert.equal((own as unknown as { text: string }).text, ECHO)
    texts.push(((await client.query(new PgCursor(ECHO)).read(2)) as { query: string }[])[0].query)
    for await (const row of client.query(new PgQueryStream(ECHO)))
      texts.push((row as unknown as { query: string }).query)
    assert.equal(texts.length, 6)
    for (const text of texts) {
      assert.match(text, TRACEPARENT)
      assert.equal(text.split('/*').length, 2, text)
    }
    assert.equal(new Set(texts).size, 6)
  }),
)

test(
  'a query object that is sent again gets one comment, of its own span',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t, { config: settings('full') })
    const client = await connected(t, url)
    const own = new Query<{ query: string }>(ECHO)
    const texts: string[] = []
    own.on('row', row => texts.push(row.query))
    for (let round = 0; round < 2; round++) {
      client.query(own)
      await once(own, 'end')
    }
    const spans = await collector.waitFor(2)
    assert.deepEqual(
      texts.map(text => TRACEPARENT.exec(text)?.[2]),
      spans.map(span => span.spanId),
    )
    assert.deepEqual(
      texts.map(text => text.split('/*').length),
      [2, 2],
    )
  }),
)

test(
  'prepared statements carry no trace, and can be used by several',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t, { config: settings('full') })
    const client = await connected(t, url)
    const statement = { name: 'echo', text: `${ECHO} AND 1 = $1`, values: [1] }
    for (let round = 0; round < 3; round++) {
      const { rows } = await collector.inParent(() => client.query(statement))
      assert.equal(rows[0].query, `${serviceComment(url)}*/ ${statement.text}`)
    }
    // Two at once: the second is sent before the first is known to be prepared.
    const other = { name: 'other', text: 'SELECT $1::int AS x', values: [2] }
    const both = await Promise.all([client.query(other), client.query(other)])
    assert.deepEqual(
      both.map(result => result.rows),
      [[{ x: 2 }], [{ x: 2 }]],
    )
    for (const span of await collector.waitFor(5)) {
      assert.equal(span.error, 0)
      assert.equal(span.meta['_dd.dbm_trace_injected'], undefined)
    }
    await assert.rejects(client.query({ name: 'other', text: 'SELECT $1::text' }), /must be unique - 'other'/)
  }),
)

test(
  'use() changes the mode of clients that exist',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t, { config: settings('disabled') })
    const client = await connected(t, url)
    assert.equal(await echo(client), ECHO)
    collector.registry.use('pg', { dbmPropagationMode: 'service', service: 'orders' })
    assert.equal(await echo(client), `${serviceComment(url, 'orders')}*/ ${ECHO}`)
    collector.registry.use('pg', { dbmPropagationMode: 'disabled' })
    assert.equal(await echo(client), ECHO)
  }),
)

test(
  'the service is the peer when peers are tagged',
  withService('postgres', async (t, { url }) => {
    collectPg(t, { config: { ...settings('service'), spanComputePeerService: true } })
    const database = new URL(url).pathname.slice(1)
    assert.equal(await echo(await connected(t, url)), `${serviceComment(url, database)}*/ ${ECHO}`)
  }),
)
