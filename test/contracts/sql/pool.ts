/** Pools of SQL drivers: whose query is whose, who waited, and what an acquisition looks like. */

import assert from 'node:assert/strict'
import { deadPort } from '../../support/dying-server'
import { failure, type SqlDriver, withEachDatabase } from './driver'

const CALLERS = 20

export function sqlPoolContract<Connection, Pool>(driver: SqlDriver<Connection, Pool>): void {
  const { spans, queries, pooled, inTurn, acquire } = driver
  const [query] = Object.values(queries)
  const [ask] = Object.values(pooled)
  const [get] = Object.values(acquire)

  withEachDatabase(driver, (test, set) => {
    for (const [way, send] of Object.entries(inTurn)) {
      test(`callers who share one connection keep their own queries: ${way}`, async place => {
        const collector = place.collect()
        const pool = driver.pool(place)
        await Promise.all(
          Array.from({ length: CALLERS }, (_, caller) =>
            collector.inParent(
              () => send(pool, [`SELECT ${caller}`, `SELECT ${caller} AS again`]),
              `SELECT ${caller}`,
            ),
          ),
        )
        const parents = collector.spans().filter(span => span.name === 'test.parent')
        assert.equal(parents.length, CALLERS)
        const callers = new Map(parents.map(span => [span.spanId, span.resource]))
        const sent = collector.own().filter(span => span.name === spans.query)
        assert.equal(sent.length, 2 * CALLERS)
        for (const { parentId, resource } of sent)
          assert.equal(callers.get(parentId), resource.replace(' AS again', ''))
      })
    }

    for (const [way, asked] of Object.entries(pooled)) {
      test(`only a query that waited for its connection says for how long: ${way}`, async place => {
        const collector = place.collect()
        const pool = driver.pool(place)
        await asked(pool, 'SELECT 1 AS connects')
        await asked(pool, 'SELECT 2 AS free')
        const held = await get(pool)
        const asks = performance.now()
        const answer = asked(pool, 'SELECT 3 AS waits')
        const waits = performance.now()
        await query(held, 'SELECT 4 AS first')
        const released = performance.now()
        await driver.release(held)
        await answer
        const answered = performance.now()
        const seen = new Map(
          (await collector.waitFor(5))
            .filter(span => span.name === spans.query)
            .map(span => [span.resource.split(' ').at(-1), span]),
        )
        assert.deepEqual([...seen.keys()].sort(), ['connects', 'first', 'free', 'waits'])
        const span = seen.get('waits')
        // The time that it waited is not time that the query took.
        assert.ok((span?.startMs ?? 0) >= released)
        for (const tag of spans.wait) {
          for (const other of ['free', 'first']) assert.equal(seen.get(other)?.metrics[tag], undefined)
          if (!driver.showsWait(set)) continue
          assert.ok((seen.get('connects')?.metrics[tag] ?? 0) > 0)
          const waited = span?.metrics[tag] ?? 0
          assert.ok(waited >= released - waits, `${waited} ms of at least ${released - waits}`)
          assert.ok(waited <= answered - asks, `${waited} ms of ${answered - asks} at most`)
        }
      })
    }

    for (const [way, getting] of Object.entries(acquire)) {
      test(`a connection that is asked for has a span, and its queries waited for nothing: ${way}`, async place => {
        const collector = place.collect()
        const pool = driver.pool(place)
        const parent = await collector.inParent(async span => {
          const connection = await getting(pool)
          await query(connection, 'SELECT 1')
          await driver.release(connection)
          return span.toSpanId(true)
        })
        const [acquired, queried] = await collector.waitFor(2)
        assert.equal(collector.own().length, 2)
        assert.deepEqual(
          [acquired.name, acquired.resource, acquired.type, acquired.service, acquired.error],
          [spans.acquire, spans.acquire, 'sql', spans.service, 0],
        )
        assert.equal(acquired.meta['span.kind'], 'client')
        assert.equal(acquired.meta['db.type'], spans.type)
        if (driver.showsWait(set)) {
          assert.equal(acquired.meta['db.name'], place.address.database)
          assert.equal(acquired.meta['out.host'], place.address.host)
        }
        if (spans.acquireWait !== undefined) assert.ok(acquired.metrics[spans.acquireWait] > 0)
        assert.deepEqual([acquired.parentId, queried.parentId], [parent, parent])
        for (const tag of spans.wait) assert.equal(queried.metrics[tag], undefined)
      })
    }

    test('a pool makes no spans while the integration is off', async place => {
      const { name } = driver.integration
      const collector = place.collect({ use: { [name]: false } })
      const pool = driver.pool(place)
      await ask(pool, 'SELECT 1')
      collector.registry.use(name, true)
      await ask(pool, 'SELECT 2')
      assert.deepEqual(
        (await collector.waitFor(1)).map(span => span.resource),
        ['SELECT 2'],
      )
    })

    test('the attribute schema v1 names the acquisition', async place => {
      const collector = place.collect({ config: { spanAttributeSchema: 'v1' } })
      await driver.release(await get(driver.pool(place)))
      const [span] = await collector.waitFor(1)
      assert.deepEqual([span.name, span.service], [spans.v1?.acquire ?? spans.acquire, 'shop'])
      if (driver.showsWait(set)) assert.equal(span.meta['peer.service'], place.address.database)
    })

    if (driver.refusesAtOnce) {
      test('a query and an acquisition fail when the server refuses the connection', async place => {
        const collector = place.collect()
        const port = await deadPort()
        const pool = driver.pool(place, { host: '127.0.0.1', port })
        const refused = await failure(ask(pool, 'SELECT 1'))
        assert.match(refused.message, /ECONNREFUSED/)
        const unreachable = await failure(get(pool))
        const [sent, acquired] = await collector.waitFor(2)
        assert.deepEqual([sent.name, sent.resource], [spans.query, 'SELECT 1'])
        assert.equal(acquired.name, spans.acquire)
        for (const [span, error] of [
          [sent, refused],
          [acquired, unreachable],
        ] as const) {
          assert.equal(span.error, 1)
          assert.equal(span.meta['error.message'], error.message)
          assert.equal(span.meta['out.host'], '127.0.0.1')
          assert.equal(span.metrics['network.destination.port'], port)
        }
      })
    }

    test('a query of a pool that is closed has failed, and so has an acquisition', async place => {
      const collector = place.collect()
      const pool = driver.pool(place)
      await ask(pool, 'SELECT 1 AS open')
      await driver.end(pool)
      const closed = await failure(ask(pool, 'SELECT 2 AS closed'))
      assert.match(closed.message, /closed|after calling end/i)
      const refused = await failure(get(pool))
      if (!driver.showsWait(set)) return
      const [, sent, acquired] = await collector.waitFor(3)
      assert.deepEqual(
        [sent.resource, sent.error, sent.meta['error.message']],
        ['SELECT 2 AS closed', 1, closed.message],
      )
      assert.deepEqual(
        [acquired.name, acquired.error, acquired.meta['error.message']],
        [spans.acquire, 1, refused.message],
      )
    })
  })
}
