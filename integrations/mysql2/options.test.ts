/** Settings and options that change the spans of mysql2, and what is left when it is off. */

import assert from 'node:assert/strict'
import type { CollectOptions, PlainSpan } from '../../test/support/collect'
import { called } from '../../test/support/mysql'
import { type DriverPlace, mysql2Tests } from '../../test/support/mysql-drivers'

/** The span of one query, made with `options`. */
const spanWith =
  (options: CollectOptions, check: (span: PlainSpan, place: DriverPlace) => void) =>
  async (place: DriverPlace): Promise<void> => {
    const collector = place.collect(options)
    const mysql = place.connection()
    await collector.inParent(() => called(callback => mysql.query("SELECT 'some text'", callback)))
    check((await collector.waitFor(1))[0], place)
  }

const METHODS: [string, string[]][] = [
  [
    'lib/connection.js',
    ['addCommand', '_addCommandClosedState', 'execute', 'close', 'connect', '_notifyError'],
  ],
  ['lib/pool.js', ['query', 'execute', 'getConnection']],
  ['lib/commands/query.js', ['emit', 'start']],
  ['lib/commands/execute.js', ['emit']],
  ['lib/commands/prepare.js', ['start']],
  ['lib/pool_cluster.js', ['of']],
]

/** What is replaced, wherever in the chain of prototypes it lies. */
function functionsNow({ set }: DriverPlace): (((...args: unknown[]) => unknown) | undefined)[] {
  return METHODS.flatMap(([file, names]) => {
    const { prototype } = set.require(`./node_modules/mysql2/${file}`) as {
      prototype: Record<string, (...args: unknown[]) => unknown>
    }
    return names.map(name => prototype[name])
  })
}

mysql2Tests(test => {
  test(
    'schema v1 names the service and the peer',
    spanWith({ config: { spanAttributeSchema: 'v1' } }, (span, { address }) => {
      assert.equal(span.name, 'mysql.query')
      assert.equal(span.service, 'shop')
      assert.equal(span.meta['_dd.svc_src'], undefined)
      assert.equal(span.meta['peer.service'], address.database)
      assert.equal(span.meta['_dd.peer.service.source'], 'db.name')
    }),
  )

  test(
    'the service can be a text',
    spanWith({ use: { mysql2: { service: 'orders-db' } } }, span => {
      assert.equal(span.service, 'orders-db')
      assert.equal(span.meta['_dd.svc_src'], 'opt.plugin')
    }),
  )

  test(
    'the service can be a function of the connection',
    spanWith(
      {
        use: { mysql2: { service: (to: { database: string; port: number }) => `${to.database}-${to.port}` } },
      },
      (span, { address }) => assert.equal(span.service, `${address.database}-${address.port}`),
    ),
  )

  for (const [truncate, resource] of [
    [18, "SELECT 'some text'"],
    [17, "SELECT 'some t..."],
    [true, "SELECT 'some text'"],
  ] as const) {
    test(
      `truncate: ${truncate} makes the resource ${resource}`,
      spanWith({ use: { mysql2: { truncate } } }, span => assert.equal(span.resource, resource)),
    )
  }

  test('there are no spans while the integration is off', async ({ collect, connection, pool }) => {
    const collector = collect({ use: { mysql2: false } })
    const mysql = connection()
    const shared = pool()
    await called(callback => mysql.query('SELECT 1', callback))
    await called(callback => shared.query('SELECT 2', callback))
    collector.registry.use('mysql2', true)
    await called(callback => mysql.query('SELECT 3', callback))
    const pending = called(callback => mysql.execute('SELECT 4', callback))
    collector.registry.use('mysql2', false)
    await Promise.all([pending, called(callback => mysql.query('SELECT 5', callback))])
    assert.deepEqual(
      (await collector.waitFor(2)).map(span => span.resource),
      ['SELECT 3', 'SELECT 4'],
    )
  })

  test('wrappers are flagged, look like the originals, and unpatching brings those back', async place => {
    place.mysql.createPoolCluster().of('*')
    const before = functionsNow(place)
    const collector = place.collect({ config: { dbmPropagationMode: 'service' } })
    place.set.require('mysql2')
    const patched = functionsNow(place)
    for (const [index, original] of before.entries()) {
      if (original === undefined) continue
      assert.notEqual(patched[index], original, `${index}`)
      assert.equal(Object.getOwnPropertyDescriptor(patched[index], '__datadog_patch')?.value, true)
      assert.equal(patched[index]?.name, original.name)
      assert.equal(patched[index]?.length, original.length)
    }
    assert.ok(Object.hasOwn(place.mysql, '__datadog_patch'))
    collector.stop()
    assert.deepEqual(functionsNow(place), before)
  })

  test('unpatching leaves queries under way alone', async ({ collect, connection }) => {
    const collector = collect()
    const mysql = connection()
    const answer = called(callback => mysql.query('SELECT SLEEP(0.02)', callback))
    collector.stop()
    assert.equal((await answer)[0], null)
    assert.equal((await called(callback => mysql.query('SELECT 2', callback)))[0], null)
    assert.equal((await collector.waitFor(1)).length, 1)
  })
})
