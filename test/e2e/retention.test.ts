/** Requests that are over can be collected, while the sockets that they came by, and those that they opened, live on. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestAgent } from '../../src/testing/index'
import { withService } from '../services/service'
import { fixture, INIT, REGISTER, runNode } from '../support/programs'

interface Held {
  requests: number
  held: number
  sockets: number
  clients: number
}

const WAYS: Record<string, string[]> = {
  '--require': ['--require', INIT],
  '--import': ['--import', REGISTER],
}

for (const [way, flags] of Object.entries(WAYS)) {
  test(
    `no connection holds a finished request: ${way}`,
    withService('postgres', async (t, { url }) => {
      const agent = await startTestAgent()
      t.after(() => agent.close())
      const run = async (args: string[]): Promise<Held> => {
        const ended = await runNode([...args, '--expose-gc', fixture('retention.cjs')], {
          ...agent.env,
          SERVICE_URL: url,
        })
        assert.deepEqual([ended.code, ended.stderr], [0, ''])
        return JSON.parse(ended.stdout)
      }
      const plain = await run([])
      const traced = await run(flags)
      assert.deepEqual([traced.sockets, traced.clients], [2, 2], 'connections live')
      assert.equal(traced.requests, plain.requests)
      assert.ok(
        traced.held <= plain.held + 1,
        `${traced.held} of ${traced.requests} are held, without the tracer ${plain.held}`,
      )
      assert.ok(agent.spans().length > 300)
    }),
  )
}
