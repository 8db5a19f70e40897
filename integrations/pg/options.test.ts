/** Settings and options that change the spans of pg. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withService } from '../../test/services/service'
import type { CollectOptions, PlainSpan } from '../../test/support/collect'
import { collectPg, connected } from '../../test/support/pg'

/** The span of one query, made with `options`. */
const spanWith = (options: CollectOptions, check: (span: PlainSpan, url: URL) => void) =>
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t, options)
    const client = await connected(t, url)
    await collector.inParent(() => client.query("SELECT 'some text'"))
    check((await collector.waitFor(1))[0], new URL(url))
  })

test(
  'schema v1 names the operation, the service and the peer',
  spanWith({ config: { spanAttributeSchema: 'v1' } }, (span, url) => {
    assert.equal(span.name, 'postgresql.query')
    assert.equal(span.service, 'shop')
    assert.equal(span.meta['_dd.svc_src'], undefined)
    assert.equal(span.meta['peer.service'], url.pathname.slice(1))
    assert.equal(span.meta['_dd.peer.service.source'], 'db.name')
  }),
)

test(
  'the peer is tagged when asked for',
  spanWith({ config: { spanComputePeerService: true } }, span => {
    assert.equal(span.name, 'pg.query')
    assert.equal(span.meta['_dd.peer.service.source'], 'db.name')
  }),
)

test(
  'the service can be a text',
  spanWith({ use: { pg: { service: 'orders-db' } } }, span => {
    assert.equal(span.service, 'orders-db')
    assert.equal(span.meta['_dd.svc_src'], 'opt.plugin')
  }),
)

test(
  'the service can be a function of the connection',
  spanWith(
    { use: { pg: { service: (to: { database: string; port: number }) => `${to.database}-${to.port}` } } },
    (span, url) => {
      assert.equal(span.service, `${url.pathname.slice(1)}-${url.port}`)
      assert.equal(span.meta['_dd.svc_src'], 'opt.plugin')
    },
  ),
)

test(
  'a service function that throws leaves the default',
  spanWith(
    {
      use: {
        pg: {
          service() {
            throw new Error('on purpose')
          },
        },
      },
    },
    span => assert.equal(span.service, 'shop-postgres'),
  ),
)

test(
  'a service function that has no answer leaves the default',
  spanWith({ use: { pg: { service: () => undefined } } }, span =>
    assert.equal(span.service, 'shop-postgres'),
  ),
)

for (const [truncate, resource] of [
  [18, "SELECT 'some text'"],
  [17, "SELECT 'some t..."],
  [true, "SELECT 'some text'"],
  [false, "SELECT 'some text'"],
] as const) {
  test(
    `truncate: ${truncate} makes the resource ${resource}`,
    spanWith({ use: { pg: { truncate } } }, span => assert.equal(span.resource, resource)),
  )
}

test(
  'truncate: true cuts a text of 5001 characters and leaves one of 5000',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t, { use: { pg: { truncate: true } } })
    const client = await connected(t, url)
    for (const length of [5000, 5001]) await client.query('SELECT 1'.padEnd(length))
    const [whole, cut] = await collector.waitFor(2)
    assert.equal(whole.resource, 'SELECT 1'.padEnd(5000))
    assert.equal(cut.resource, `${'SELECT 1'.padEnd(4997)}...`)
  }),
)

test(
  'there are no spans while the integration is off',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t, { use: { pg: false } })
    const client = await connected(t, url)
    await client.query('SELECT 1')
    collector.registry.use('pg', true)
    await client.query('SELECT 2')
    const pending = client.query('SELECT 3')
    collector.registry.use('pg', false)
    await Promise.all([pending, client.query('SELECT 4')])
    assert.deepEqual(
      (await collector.waitFor(2)).map(span => span.resource),
      ['SELECT 2', 'SELECT 3'],
    )
  }),
)

test(
  'plugins: false makes no spans',
  withService('postgres', async (t, { url }) => {
    const collector = collectPg(t, { config: { plugins: false } })
    const client = await connected(t, url)
    await client.query('SELECT 1')
    assert.equal(collector.own().length, 0)
  }),
)
