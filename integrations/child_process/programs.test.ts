/** Whole programs: every function of the module does the same with the tracer, and each command has its span. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startTestAgent } from '../../src/testing/index'
import { withoutPid } from '../../test/libraries/programs'
import { INIT, REGISTER, ROOT, runNode } from '../../test/support/programs'

const fixture = (name: string): string => join(ROOT, 'integrations', 'child_process', 'fixtures', name)
const COMMANDS = 23

for (const [kind, args] of [
  ['CommonJS', ['--require', INIT, fixture('app.cjs')]],
  ['ES modules', ['--import', REGISTER, fixture('app.mjs')]],
] as const) {
  test(`a program of ${kind} runs commands as it does without the tracer, and they are traced`, async t => {
    const agent = await startTestAgent()
    t.after(() => agent.close())
    const plain = await runNode(args.slice(-1))
    const traced = await runNode(args, { ...agent.env, DD_SERVICE: 'shop' })
    assert.equal(plain.code, 0, plain.stderr)
    assert.deepEqual(withoutPid(traced), withoutPid(plain))
    const spans = agent.spans().filter(span => span.name === 'command_execution')
    assert.equal(spans.length, COMMANDS)
    for (const span of spans) assert.equal(span.meta.component, 'subprocess')
  })
}
