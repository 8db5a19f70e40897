/** Whole programs of a module of Node.js that makes no trace by itself: nothing is sent, and the output is the same. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startTestAgent } from '../../../src/testing/index'
import { INIT, REGISTER, ROOT, runNode } from '../../support/programs'

export function untracedPrograms(integration: string): void {
  const fixture = (name: string): string => join(ROOT, 'integrations', integration, 'fixtures', name)
  for (const [kind, args] of [
    ['CommonJS', ['--require', INIT, fixture('app.cjs')]],
    ['ES modules', ['--import', REGISTER, fixture('app.mjs')]],
  ] as const) {
    test(`a program of ${kind} sees the same with and without the tracer`, async t => {
      const agent = await startTestAgent()
      t.after(() => agent.close())
      const plain = await runNode(args.slice(-1))
      const traced = await runNode(args, { ...agent.env, DD_SERVICE: 'shop' })
      assert.equal(plain.code, 0, plain.stderr)
      assert.deepEqual(traced, plain)
      assert.deepEqual(agent.spans(), [])
    })
  }
}
