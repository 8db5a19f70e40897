/** Clusters of mysql2 that try another pool. */

import assert from 'node:assert/strict'
import { called } from '../../test/support/mysql'
import { mysql2Tests } from '../../test/support/mysql-drivers'

mysql2Tests(test => {
  test('a cluster that tries the next pool makes one span for the query', async place => {
    const collector = place.collect()
    const cluster = place.mysql.createPoolCluster({
      canRetry: true,
      removeNodeErrorCount: 1,
      defaultSelector: 'ORDER',
    })
    place.t.after(() => cluster.end(() => {}))
    cluster.on('warn', () => {})
    cluster.add('A', { ...place.address, port: 1, connectionLimit: 1 })
    cluster.add('B', { ...place.address, connectionLimit: 1 })
    const namespace = cluster.of('*')
    if (namespace.query === undefined) return
    const [error] = await called(callback => namespace.query?.('SELECT 1 AS retried', callback))
    assert.equal(error, null)
    const [span] = await collector.waitFor(1)
    assert.equal(span.resource, 'SELECT 1 AS retried')
    assert.equal(span.error, 0)
    assert.equal(collector.own().length, 1)
  })
})
