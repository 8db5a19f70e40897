/** Worker threads, child processes, and `tracer-run`: the tracer comes along, and is in nobody's way. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startTestAgent } from '../../src/testing/index'
import { fixture, INIT, REGISTER, runNode, TRACER_RUN } from '../support/programs'

const WAYS: Record<string, string[]> = {
  '--require': ['--require', INIT, fixture('worker.cjs')],
  '--import': ['--import', REGISTER, fixture('worker.cjs')],
  'tracer-run': [TRACER_RUN, process.execPath, fixture('worker.cjs')],
}
for (const [way, args] of Object.entries(WAYS)) {
  test(`with ${way}, spans of the main thread, of a worker and of a child arrive`, async t => {
    const agent = await startTestAgent()
    t.after(() => agent.close())
    const ended = await runNode(args, agent.env)
    assert.deepEqual([ended.code, ended.stderr], [0, ''])
    await agent.waitForTraces(4)
    assert.deepEqual(
      agent
        .spans()
        .map(span => span.name)
        .sort(),
      ['command_execution', 'in child', 'in main', 'in worker'],
    )
    const runtimes = new Set(agent.spans().map(span => span.meta['runtime-id']))
    assert.equal(runtimes.size, 3, 'each with an id of its own')
  })
}

test('NODE_OPTIONS loads the tracer as well', async () => {
  const agent = await startTestAgent()
  const ended = await runNode([fixture('worker.cjs')], { ...agent.env, NODE_OPTIONS: `--require ${INIT}` })
  await agent.waitForTraces(3)
  await agent.close()
  assert.deepEqual([ended.code, ended.stderr], [0, ''])
})

describe('tracer-run', () => {
  const run = (args: string[], env = {}) => runNode([TRACER_RUN, ...args], env)

  test('hands on arguments, output and exit status', async () => {
    const script = 'console.log(JSON.stringify(process.argv.slice(1))); process.exitCode = 5'
    const ended = await run([process.execPath, '-e', script, '--', '--a', 'b c', ''])
    assert.deepEqual([ended.code, JSON.parse(ended.stdout)], [5, ['--a', 'b c', '']])
  })

  test('ends by the signal that ended the command', async () => {
    const ended = await run([process.execPath, '-e', 'process.kill(process.pid, "SIGKILL")'])
    assert.equal(ended.signal, 'SIGKILL')
  })

  test('keeps NODE_OPTIONS that were there', async () => {
    const ended = await run([process.execPath, '-p', 'process.execArgv.length + process.env.NODE_OPTIONS'], {
      NODE_OPTIONS: '--max-old-space-size=100',
    })
    assert.match(ended.stdout, /--max-old-space-size=100 --import file:.*register\.mjs/)
  })

  test('reports a command that it cannot run', async () => {
    const missing = await run(['no-such-command-anywhere'])
    assert.equal(missing.code, 127)
    assert.match(missing.stderr, /^tracer-run: cannot run no-such-command-anywhere: no such command$/m)
  })

  test('prints help', async () => {
    const help = await run(['--help'])
    assert.equal(help.code, 0)
    assert.match(help.stdout, /^Usage: tracer-run/)
    const nothing = await run([])
    assert.notEqual(nothing.code, 0)
    assert.match(nothing.stderr, /^Usage: tracer-run/)
  })
})
