/** Everything that mysql2 calls for a query runs in the context of the query's caller. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { activeSpan } from '../../src/trace/context'
import { called } from '../../test/support/mysql'
import { mysql2Tests, type Statement } from '../../test/support/mysql-drivers'

mysql2Tests(test => {
  test('callbacks run in the context of their caller', async ({ collect, connection, address }) => {
    const collector = collect()
    const mysql = connection()
    await called(callback => mysql.connect(callback))
    await collector.inParent(async parent => {
      const seen: Record<string, unknown> = {}
      const see = (name: string, fn: (callback: (...args: unknown[]) => void) => void) =>
        called(callback =>
          fn((...args) => {
            seen[name] = activeSpan()
            callback(...args)
          }),
        )
      await see('query', callback => mysql.query('SELECT 1', callback))
      await see('failing query', callback => mysql.query('SELECT wrong', callback))
      await see('execute', callback => mysql.execute('SELECT 2', callback))
      await see('execute again', callback => mysql.execute('SELECT 2', callback))
      await see('failing execute', callback => mysql.execute('SELECT wrong', callback))
      await see('prepare', callback => {
        mysql.prepare('SELECT ?', (error, statement) => callback(error, statement))
      })
      const [, statement] = (await called(callback => mysql.prepare('SELECT ?', callback))) as [
        unknown,
        Statement,
      ]
      await see('statement', callback => statement.execute([1], callback))
      await see('ping', callback => mysql.ping(callback))
      await see('changeUser', callback => mysql.changeUser({ database: address.database }, callback))
      await see('end', callback => mysql.end(callback))
      assert.equal(Object.keys(seen).length, 10)
      for (const [name, span] of Object.entries(seen)) assert.equal(span, parent, name)
    })
  })

  test('listeners and streams run in the context of the query', async ({ collect, connection }) => {
    const collector = collect()
    const mysql = connection()
    await called(callback => mysql.query('SELECT 0', callback))
    await Promise.all(
      ['first', 'second'].map(name =>
        collector.inParent(async parent => {
          const contexts: unknown[] = []
          const see = () => contexts.push(activeSpan())
          const query = mysql.query('SELECT 1 UNION SELECT 2')
          query.on('fields', see).on('result', see).on('end', see)
          await once(query, 'end')
          const stream = mysql.query('SELECT 1 UNION SELECT 2 UNION SELECT 3').stream({ highWaterMark: 1 })
          stream.on('data', see).on('end', see)
          await once(stream, 'end')
          const failing = mysql.query('SELECT wrong')
          await new Promise(resolve => failing.on('error', () => resolve(see())))
          const executed = mysql.execute('SELECT 1')
          executed.on('result', see)
          await once(executed, 'end')
          assert.equal(contexts.length, 4 + 4 + 1 + 1)
          for (const context of contexts) assert.equal(context, parent)
        }, name),
      ),
    )
  })

  test('a query in a callback is the child of what was active, not of the query before', async place => {
    const collector = place.collect()
    const mysql = place.connection()
    await collector.inParent(() =>
      called(callback => {
        mysql.query('SELECT 1', () => mysql.execute('SELECT 2', () => mysql.query('SELECT 3', callback)))
      }),
    )
    const parent = collector.spans().find(span => span.name === 'test.parent')
    for (const span of await collector.waitFor(3)) assert.equal(span.parentId, parent?.spanId)
  })
})
