/** `DD_TRACE_ENABLED=false`: the program runs as if there were no tracer. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestAgent } from '../../src/testing/index'
import { createTracer } from '../../src/tracer'
import { fixture, REGISTER, runNode } from '../support/programs'

const NOTHING = { exit: 0, beforeExit: 0, SIGTERM: 0, SIGINT: 0 }

for (const preload of [[], ['--import', REGISTER]]) {
  test(`a tracer that is switched off patches, listens to and sends nothing ${preload.join(' ')}`, async () => {
    const agent = await startTestAgent()
    const ended = await runNode([...preload, fixture('off.cjs')], { ...agent.env, DD_TRACE_ENABLED: 'false' })
    await agent.close()
    assert.equal(ended.stderr, '')
    assert.deepEqual(JSON.parse(ended.stdout), {
      ran: ['function', 'function', true, true, '{}', null],
      patched: [false, false, false, false],
      requireUntouched: true,
      listeners: NOTHING,
      flushed: { sent: 0, dropped: 0, timedOut: false },
    })
    assert.equal(agent.requests().length, 0)
  })
}

test('a tracer that is switched on patches the same program and sends: the test above can fail', async () => {
  const agent = await startTestAgent()
  const ended = await runNode([fixture('off.cjs')], agent.env)
  await agent.close()
  const { patched, requireUntouched, listeners } = JSON.parse(ended.stdout)
  assert.deepEqual(patched, [true, true, true, true])
  assert.equal(requireUntouched, false)
  assert.notDeepEqual(listeners, NOTHING)
})

test('a tracer that cannot send traces makes no spans, throws nothing, and says so', async t => {
  const errors: string[] = []
  const logger = { error: (text: string) => void errors.push(text) }
  const tracer = createTracer([]).init({ startupLogs: false, logger })
  t.after(() => tracer.shutdown())
  const span = tracer.startSpan('a')
  span.finish()
  assert.equal(span.context().toTraceId(), '0')
  assert.match(errors.join(), /traces cannot be sent/)
})
