/** Nothing of a request is held once it is over, however long its connection lives. */

import assert from 'node:assert/strict'
import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { answerOf } from '../../test/support/calls'
import { type Collector, collect } from '../../test/support/collect'
import { type Listening, listen, RawClient } from '../../test/support/web-server'
import http from './index'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

describe('a finished request', () => {
  let collector: Collector
  let server: Listening
  const messages: WeakRef<IncomingMessage | ServerResponse>[] = []

  before(async () => {
    collector = collect([http])
    server = await listen(
      createServer((req, res) => {
        messages.push(new WeakRef(req), new WeakRef(res))
        req.resume().on('end', () => setImmediate(() => res.end('ok')))
      }),
    )
  })
  after(async () => {
    await server.close()
    collector.stop()
  })

  /** Returns how many of `refs` are still held after some turns of the event loop. */
  async function held(refs: readonly WeakRef<object>[]): Promise<number> {
    for (let turn = 0; turn < 10; turn++) {
      await new Promise(resolve => setImmediate(resolve))
      collectGarbage()
    }
    return refs.filter(ref => ref.deref() !== undefined).length
  }

  it('is not held by a connection that is kept alive, nor by a pipeline', async () => {
    const client = await RawClient.open(server.port)
    for (let round = 1; round <= 5; round++) {
      client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(4))
      await client.until('ok', round * 4)
    }
    await collector.take(20)
    // The parser of a connection keeps its last message by itself.
    assert.ok((await held(messages)) <= 2)
    client.socket.destroy()
  })

  it('is not held by the agent of a client', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const requests: WeakRef<object>[] = []
    const send = () => {
      const req = get(server.url, { agent })
      requests.push(new WeakRef(req))
      return answerOf(req)
    }
    await Promise.all(Array.from({ length: 20 }, send))
    await collector.take(40)
    assert.ok((await held(requests)) <= 2)
    agent.destroy()
  })
})
