/** Services that tests ask for: a real server answers; a missing one skips the test, or fails it in CI. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { Client } from 'pg'
import { withService } from '../services/service.js'
import { startServices } from '../services/start.js'

const helper = join(__dirname, '../services/service.js')

test(
  'postgres answers a query',
  withService('postgres', async (_t, { url }) => {
    const client = new Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query('select 1 as one')
    await client.end()
    assert.deepEqual(rows, [{ one: 1 }])
  }),
)

test(
  'a server that the environment names is used and left running',
  withService('postgres', async (_t, { url }) => {
    const { env, services, stop } = await startServices(['postgres'], { from: { TEST_POSTGRES_URL: url } })
    await stop()
    assert.deepEqual(env, { TEST_POSTGRES_URL: url })
    assert.equal(services[0]?.available && services[0].from, 'TEST_POSTGRES_URL')
    const again = await startServices(['postgres'], { from: { TEST_POSTGRES_URL: url } })
    assert.equal(again.env.TEST_POSTGRES_URL, url)
  }),
)

test('a service known to be missing hands its reason on', async () => {
  const { env } = await startServices(['postgres'], {
    from: { TEST_POSTGRES_UNAVAILABLE: 'switched off' },
  })
  assert.deepEqual(env, { TEST_POSTGRES_UNAVAILABLE: 'switched off' })
})

/** Runs one test that needs a missing postgres, as a test file would. */
function runWithoutPostgres(ci: string): Promise<{ code: number; output: string }> {
  const code = `require('node:test').test('asks', require(${JSON.stringify(helper)}).withService('postgres', () => {}))`
  const { TEST_POSTGRES_URL: _url, NODE_TEST_CONTEXT: _context, ...rest } = process.env
  const env = { ...rest, CI: ci, TEST_POSTGRES_UNAVAILABLE: 'switched off' }
  return new Promise(resolve => {
    execFile(process.execPath, ['-e', code], { env }, (error, output) => {
      resolve({ code: error === null ? 0 : Number(error.code), output })
    })
  })
}

test('a missing service skips the test and says why', async () => {
  const { code, output } = await runWithoutPostgres('')
  assert.equal(code, 0)
  assert.match(output, /asks.* # no postgres: switched off|asks.*# SKIP no postgres: switched off/i)
})

test('a missing service fails the test in CI', async () => {
  const { code, output } = await runWithoutPostgres('true')
  assert.equal(code, 1)
  assert.match(output, /CI must not skip a test, and there is no postgres: switched off/)
})
