import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Ended, ROOT, runNode } from '../support/programs'

const PROFILED = join(ROOT, 'dist', 'test', 'support', 'profiled.js')

/** Runs a program that is profiled while it executes `code`. */
function profiled(code: string): Promise<Ended> {
  const start = `const { wallProfiler, spin } = require(${JSON.stringify(PROFILED)}); const profiler = wallProfiler()
    if (!profiler.start()) throw new Error('does not start')
    ${code}`
  return runNode(['-e', start])
}

const BUSY = 'setInterval(() => spin(5), 1);'

for (const [ending, code, status, signal] of [
  ['its work', 'spin(50)', 0, null],
  ['its work while a window is encoded', 'spin(50); void profiler.take(true)', 0, null],
  ['process.exit', `${BUSY} setTimeout(() => process.exit(3), 50)`, 3, null],
  [
    'process.exit while a window is encoded',
    `${BUSY} setTimeout(() => { void profiler.take(true); process.exit(3) }, 50)`,
    3,
    null,
  ],
  ['an uncaught error', `${BUSY} setTimeout(() => { throw new Error('meant') }, 50)`, 1, null],
  ['SIGTERM', `${BUSY} setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50)`, null, 'SIGTERM'],
] as const) {
  test(`a profiled program ends as without the profiler: by ${ending}`, async () => {
    const ended = await profiled(code)
    assert.deepEqual([ended.code, ended.signal], [status, signal], ended.stderr)
  })
}

test('child processes of a profiled program work', async () => {
  const ended = await profiled(
    `for (let turn = 0; turn < 5; turn++) require('child_process').execFileSync(process.execPath, ['-e', '0'])
     process.stdout.write('fine')`,
  )
  assert.deepEqual([ended.code, ended.stdout], [0, 'fine'], ended.stderr)
})
