/** A signal that the tracer does not know takes part in flush, shutdown and every end of the process: one folder, one row. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startFakeAgent } from '../support/fake-agent'
import { runNode } from '../support/programs'

const PROGRAM = join(__dirname, 'made-up-signal', 'program.js')

const WAYS: [way: string, code: number | null, signal: string | null][] = [
  ['end', 0, null],
  ['exit', 3, null],
  ['sigterm', null, 'SIGTERM'],
  ['uncaught', 1, null],
  ['flush', null, 'SIGKILL'],
  ['shutdown', null, 'SIGKILL'],
]

describe('a made-up signal', () => {
  for (const [way, code, signal] of WAYS) {
    test(`is sent, beside the traces, when the program ends by ${way}`, async t => {
      const agent = await startFakeAgent()
      t.after(() => agent.stop())
      const ended = await runNode([PROGRAM, way], { DD_TRACE_AGENT_URL: agent.url })
      assert.deepEqual([ended.code, ended.signal], [code, signal], ended.stderr)
      const notes = agent.others.filter(each => each.path === '/notes').map(each => each.body.toString())
      assert.deepEqual(notes, [`from ${way}`])
      assert.equal(agent.payloads.length, 1)
    })
  }

  test('is counted as lost, by its own name, when the agent does not take it at exit', async () => {
    const agent = await startFakeAgent({ route: () => ({ status: 500 }) })
    const ended = await runNode([PROGRAM, 'exit'], { DD_TRACE_AGENT_URL: agent.url })
    await agent.stop()
    assert.match(ended.stderr, /1 notes lost at exit/)
    assert.doesNotMatch(ended.stderr, /spans lost/)
  })
})
