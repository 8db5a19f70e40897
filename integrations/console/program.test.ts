/** A whole program that prints with ids, since the integration is switched on. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { INIT, runNode } from '../../test/support/programs'

const PROGRAM = "console.log('out'); console.error('err'); console.group('group'); console.warn('a\\nb')"
const ENV = {
  DD_SERVICE: 'shop',
  DD_ENV: 'prod',
  DD_VERSION: '1.2.0',
  DD_TRACE_AGENT_URL: 'http://127.0.0.1:1',
}

async function output(env: Record<string, string>) {
  const { stdout, stderr } = await runNode(['--require', INIT, '-e', PROGRAM], { ...ENV, ...env })
  return { stdout, stderr }
}

test('prints as ever when nothing is set', async () => {
  assert.deepEqual(await output({}), { stdout: 'out\ngroup\n', stderr: 'err\n  a\n  b\n' })
})

test('DD_TRACE_CONSOLE_ENABLED: begins each text with the ids', async () => {
  const prefix = '[dd.service=shop dd.env=prod dd.version=1.2.0] '
  assert.deepEqual(await output({ DD_TRACE_CONSOLE_ENABLED: 'true' }), {
    stdout: `${prefix}out\n${prefix}group\n`,
    stderr: `${prefix}err\n  ${prefix}a\n  b\n`,
  })
})

test('can be switched on while it runs', async () => {
  const program = "globalThis[Symbol.for('tracer.instance')].use('console'); console.log('out')"
  const { stdout } = await runNode(['--require', INIT, '-e', program], ENV)
  assert.equal(stdout, '[dd.service=shop dd.env=prod dd.version=1.2.0] out\n')
})

test('DD_LOGS_INJECTION=false: adds none', async () => {
  const { stdout } = await output({ DD_TRACE_CONSOLE_ENABLED: 'true', DD_LOGS_INJECTION: 'false' })
  assert.equal(stdout, 'out\ngroup\n')
})
