/** Connections of SQL drivers: the spans of their statements, settings, errors, context and what is put back. */

import assert from 'node:assert/strict'
import { getBaggage, runWithBaggage } from '../../../src/trace/baggage'
import { activeSpan } from '../../../src/trace/context'
import type { CollectOptions, PlainSpan } from '../../support/collect'
import { deadPort } from '../../support/dying-server'
import { checkWrappers } from '../wrappers'
import { failure, type SqlDriver, type SqlPlace, withEachDatabase } from './driver'

const WRONG = 'SELECT wrong'

export function sqlClientContract<Connection, Pool>(driver: SqlDriver<Connection, Pool>): void {
  const { integration, spans, queries, callback } = driver
  const [query] = Object.values(queries)

  /** Makes one query with `options` and checks its span. */
  const spanWith =
    (options: CollectOptions, check: (span: PlainSpan, place: SqlPlace) => void) =>
    async (place: SqlPlace): Promise<void> => {
      const collector = place.collect(options)
      const connection = await driver.connect(place)
      await collector.inParent(() => query(connection, "SELECT 'some text'"))
      check((await collector.waitFor(1))[0], place)
    }
  const using = (options: Record<string, unknown>): CollectOptions => ({
    use: { [integration.name]: options },
  })

  withEachDatabase(driver, test => {
    test('a query has a span with the tags of a database client', async place => {
      const collector = place.collect()
      const connection = await driver.connect(place)
      assert.equal(Number((await collector.inParent(() => query(connection, 'SELECT 1 AS x')))[0].x), 1)
      const [span] = await collector.waitFor(1)
      const parent = collector.spans().find(each => each.name === 'test.parent')
      assert.deepEqual(
        [span.name, span.resource, span.service, span.type, span.error, span.parentId, span.traceId],
        [spans.query, 'SELECT 1 AS x', spans.service, 'sql', 0, parent?.spanId, parent?.traceId],
      )
      assert.ok(parent !== undefined && span.startMs >= parent.startMs)
      assert.ok(span.startMs + span.durationMs <= parent.startMs + parent.durationMs)
      const { host, port, user, database } = place.address
      const { language, env, 'runtime-id': _id, ...meta } = span.meta
      assert.deepEqual(meta, {
        component: integration.name,
        '_dd.integration': integration.name,
        '_dd.svc_src': integration.name,
        '_dd.base_service': 'shop',
        'span.kind': 'client',
        'db.type': spans.type,
        'db.name': database,
        'db.user': user,
        'out.host': host,
      })
      assert.deepEqual(span.metrics, {
        process_id: 42,
        '_dd.measured': 1,
        '_dd.top_level': 1,
        'network.destination.port': port,
        ...spans.metrics?.(connection),
      })
    })

    for (const [way, ask] of Object.entries({ ...queries, ...driver.prepared })) {
      test(`a statement that the server refuses fails its span: ${way}`, async place => {
        const collector = place.collect()
        const connection = await driver.connect(place)
        const error = await failure(ask(connection, WRONG))
        const [span] = await collector.waitFor(1)
        assert.equal(collector.own().length, 1)
        assert.deepEqual(
          [span.resource, span.error, span.meta['error.message'], span.meta['error.type']],
          [WRONG, 1, error.message, error.name],
        )
        assert.match(error.message, driver.wrong)
        assert.match(span.meta['error.stack'], driver.wrong)
        assert.ok(span.meta['error.stack'].startsWith(`${error.name}: ${error.message}`))
        assert.equal(Number((await query(connection, 'SELECT 5 AS x'))[0].x), 5)
      })
    }

    test('a call that throws makes no span', async place => {
      const collector = place.collect()
      const connection = await driver.connect(place)
      for (const call of driver.misuse) assert.throws(() => call(connection))
      await query(connection, 'SELECT 1')
      assert.equal((await collector.waitFor(1))[0].resource, 'SELECT 1')
    })

    if (callback !== undefined) {
      const called = (connection: Connection, sql: string, fn: () => void) =>
        new Promise<void>((resolve, reject) => {
          callback(connection, sql, () => {
            try {
              resolve(fn())
            } catch (error) {
              reject(error)
            }
          })
        })

      test('a callback runs in the context and with the baggage of its caller', async place => {
        const collector = place.collect()
        const connection = await runWithBaggage(
          { of: 'the socket' },
          () => driver.connect(place),
          undefined,
          [],
        )
        await runWithBaggage({ of: 'the socket' }, query, undefined, [connection, 'SELECT 0'])
        for (const sql of ['SELECT 1', WRONG]) {
          await collector.inParent(parent =>
            called(connection, sql, () => assert.equal(activeSpan(), parent)),
          )
          const check = () =>
            called(connection, sql, () => assert.deepEqual(getBaggage(), { of: 'the caller' }))
          await runWithBaggage({ of: 'the caller' }, check, undefined, [])
        }
      })

      test('a span has ended when its callback runs', async place => {
        const collector = place.collect()
        const connection = await driver.connect(place)
        for (const [at, sql] of ['SELECT 1', WRONG].entries())
          await called(connection, sql, () => assert.equal(collector.own().length, at + 1))
      })
    }

    test('the attribute schema v1 names the operation, the service and the peer', place =>
      spanWith({ config: { spanAttributeSchema: 'v1' } }, (span, { address }) => {
        assert.equal(span.name, spans.v1?.query ?? spans.query)
        assert.equal(span.service, 'shop')
        assert.equal(span.meta['_dd.svc_src'], undefined)
        assert.equal(span.meta['peer.service'], address.database)
        assert.equal(span.meta['_dd.peer.service.source'], 'db.name')
      })(place))

    test(
      'the peer is tagged when asked for',
      spanWith({ config: { spanComputePeerService: true } }, span => {
        assert.equal(span.name, spans.query)
        assert.equal(span.meta['_dd.peer.service.source'], 'db.name')
      }),
    )

    test(
      'the service can be a text',
      spanWith(using({ service: 'orders-db' }), span => {
        assert.equal(span.service, 'orders-db')
        assert.equal(span.meta['_dd.svc_src'], 'opt.plugin')
      }),
    )

    test(
      'the service can be a function of the connection',
      spanWith(
        using({ service: (to: { database: string; port: number }) => `${to.database}-${to.port}` }),
        (span, { address }) => {
          assert.equal(span.service, `${address.database}-${address.port}`)
          assert.equal(span.meta['_dd.svc_src'], 'opt.plugin')
        },
      ),
    )

    const noService: Record<string, () => unknown> = {
      'that throws': () => {
        throw new Error('on purpose')
      },
      'without an answer': () => undefined,
    }
    for (const [which, service] of Object.entries(noService)) {
      test(
        `a service function ${which} leaves the default`,
        spanWith(using({ service }), span => assert.equal(span.service, spans.service)),
      )
    }

    for (const [truncate, resource] of [
      [18, "SELECT 'some text'"],
      [17, "SELECT 'some t..."],
      [true, "SELECT 'some text'"],
      [false, "SELECT 'some text'"],
    ] as const) {
      test(
        `truncate: ${truncate} makes the resource ${resource}`,
        spanWith(using({ truncate }), span => assert.equal(span.resource, resource)),
      )
    }

    test('there are no spans while the integration is off', async place => {
      const collector = place.collect({ use: { [integration.name]: false } })
      const connection = await driver.connect(place)
      await query(connection, 'SELECT 1')
      collector.registry.use(integration.name, true)
      await query(connection, 'SELECT 2')
      const pending = query(connection, 'SELECT 3')
      collector.registry.use(integration.name, false)
      await Promise.all([pending, query(connection, 'SELECT 4')])
      const resources = (await collector.waitFor(2)).map(span => span.resource)
      collector.stop()
      await query(connection, 'SELECT 5')
      assert.deepEqual(resources, ['SELECT 2', 'SELECT 3'])
      assert.equal(collector.own().length, 2)
    })

    if (driver.askUnreachable !== undefined) {
      test('a query that waits for a connection fails when the server refuses it', async place => {
        const collector = place.collect()
        const port = await deadPort()
        const error = await driver.askUnreachable?.(place, { host: '127.0.0.1', port })
        assert.ok(error instanceof Error)
        const [span] = await collector.waitFor(1)
        assert.deepEqual(
          [span.resource, span.error, span.meta['error.message'], span.meta['out.host']],
          ['SELECT 1', 1, error.message, '127.0.0.1'],
        )
        assert.equal(span.metrics['network.destination.port'], port)
      })
    }

    if (driver.wrapped !== undefined) {
      test('wrappers are flagged, look like the originals, and unpatching brings those back', async place => {
        const wrappable = driver.wrapped?.(place)
        assert.ok(wrappable !== undefined)
        checkWrappers(wrappable, () => place.collect({ config: { dbmPropagationMode: 'service' } }))
      })
    }
  })
}
