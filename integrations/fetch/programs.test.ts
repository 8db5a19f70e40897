/** Whole programs that use nothing but the global `fetch`: no module of theirs is ever loaded. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestAgent } from '../../src/testing/index'
import { INIT, REGISTER, runNode } from '../../test/support/programs'

// A port above all those that browsers refuse, where nobody listens.
const URL = 'http://127.0.0.1:65531/a'
const PROGRAM = `fetch('${URL}').catch(error => console.log(error.message))`

for (const [kind, flags] of [
  ['CommonJS', ['--require', INIT]],
  ['ES modules', ['--import', REGISTER, '--input-type=module']],
] as const) {
  test(`a program of ${kind} gets the same answer, and its request is traced`, async t => {
    const agent = await startTestAgent()
    t.after(() => agent.close())
    const plain = await runNode(['-e', PROGRAM])
    const traced = await runNode([...flags, '-e', PROGRAM], agent.env)
    assert.deepEqual(traced, plain)
    assert.deepEqual(
      agent.spans().map(span => [span.name, span.meta['http.url'], span.error]),
      [['http.request', URL, 1]],
    )
  })
}
