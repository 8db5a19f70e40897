/** Nothing of a request is held once it is over, however long its session lives. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http2'
import { it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { collect } from '../../test/support/collect'
import { answerTo, http2Connection } from '../../test/support/http2'
import http2 from './index'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

it('no stream and no message is held by a session', async () => {
  const collector = collect([http2])
  const held: WeakRef<object>[] = []
  const connection = await http2Connection(
    createServer((req, res) => {
      held.push(new WeakRef(req), new WeakRef(res), new WeakRef(req.stream))
      res.end('ok')
    }),
  )
  const send = async (): Promise<void> => {
    const stream = connection.session.request({})
    held.push(new WeakRef(stream))
    await answerTo(stream)
  }
  for (let round = 0; round < 10; round++) await send()
  await collector.take(20)
  for (let turn = 0; turn < 10; turn++) {
    await new Promise(resolve => setImmediate(resolve))
    collectGarbage()
  }
  const left = held.filter(ref => ref.deref() !== undefined).length
  // Node.js keeps the last stream of a session for a while.
  assert.ok(left <= 4, `${left} of ${held.length} are held`)
  await connection.close()
  collector.stop()
})
