/** However a program ends, its spans arrive, and it ends with the status that it would have had. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startTestAgent, type TestAgent } from '../../src/testing/index'
import { fixture, INIT, runNode } from '../support/programs'

const WAYS: [way: string, code: number | null, signal: string | null][] = [
  ['end', 0, null],
  ['exit', 3, null],
  ['exitLater', 4, null],
  ['sigterm', null, 'SIGTERM'],
  ['sigtermHandled', 7, null],
  ['uncaught', 1, null],
  ['rejection', 1, null],
  ['shutdown', 0, null],
]

describe('with an agent', () => {
  let agent: TestAgent
  before(async () => {
    agent = await startTestAgent()
  })
  after(() => agent.close())

  for (const [way, code, signal] of WAYS) {
    test(`1000 of 1000 spans arrive when the program ends by ${way}`, async () => {
      agent.clear()
      const ended = await runNode([fixture('exit.cjs'), way], agent.env)
      assert.deepEqual([ended.code, ended.signal], [code, signal], ended.stderr)
      assert.equal(agent.spans().length, 1000)
      for (const request of agent.requests().filter(each => each.path.endsWith('/traces'))) {
        assert.equal(request.declaredTraces, request.decodedTraces)
      }
    })
  }

  test('shutdown returns what it sent', async () => {
    const { stdout } = await runNode([fixture('exit.cjs'), 'shutdown'], agent.env)
    assert.deepEqual(JSON.parse(stdout), { sent: 1000, dropped: 0, timedOut: false })
  })

  test('a program that only starts the tracer sends nothing, prints nothing and ends', async () => {
    agent.clear()
    const ended = await runNode(['--require', INIT, '--eval', '0'], agent.env)
    assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, '', ''])
    assert.equal(agent.requests().length, 0)
  })
})

describe('without an agent that answers', () => {
  for (const trouble of ['none', 'hangs', 'resets'] as const) {
    for (const [way, code, signal] of WAYS) {
      test(`a program that ends by ${way} still does so: agent ${trouble}`, async () => {
        const agent = await startTestAgent()
        if (trouble === 'none') await agent.stop()
        else if (trouble === 'hangs') agent.hang({ path: '/' })
        else agent.resetConnections({ path: '/' })
        const ended = await runNode([fixture('exit.cjs'), way], agent.env)
        await agent.close()
        assert.deepEqual([ended.code, ended.signal], [code, signal], ended.stderr)
        assert.match(ended.stderr, /tracer: warn: .*(lost|cannot be reached)/)
      })
    }
  }
})
