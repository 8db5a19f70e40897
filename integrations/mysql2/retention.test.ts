/** Nothing of a query is held once it is over, however long its connection lives. */

import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { called } from '../../test/support/mysql'
import { mysql2Tests } from '../../test/support/mysql-drivers'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const ROUNDS = 20

/** Returns how many of `refs` are still held after some turns of the event loop. */
async function held(refs: readonly WeakRef<object>[]): Promise<number> {
  for (let turn = 0; turn < 10; turn++) {
    await new Promise(resolve => setImmediate(resolve))
    collectGarbage()
  }
  return refs.filter(ref => ref.deref() !== undefined).length
}

mysql2Tests(test => {
  test('callbacks and spans of queries are not held by the connections of a pool', async ({
    collect,
    pool,
  }) => {
    const collector = collect()
    const shared = pool()
    await called(callback => shared.query('SELECT 0', callback))
    const requests: WeakRef<object>[] = []
    const spans: WeakRef<object>[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await collector.inParent(async span => {
        const request = { round }
        requests.push(new WeakRef(request))
        spans.push(new WeakRef(span))
        for (const method of ['query', 'execute'] as const) {
          await called(callback => shared[method]('SELECT 1', [], () => callback(request)))
        }
        const [got] = await called(callback =>
          shared.getConnection((_error, connection) => callback(connection)),
        )
        ;(got as { release(): void }).release()
      })
    }
    // The last of each may be held by what is running here.
    assert.ok((await held(requests)) <= 1)
    assert.ok((await held(spans)) <= 1)
  })
})
