/** The services that tests ask for: a real server answers, and a missing one skips, or fails in CI. */

import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { withService } from '../services/service.js'
import { startServices } from '../services/start.js'

const helper = join(__dirname, '../services/service.js')
const starter = join(__dirname, '../services/start.js')

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
  'a server that answers is used and left running',
  withService('postgres', async (_t, { url }) => {
    const { env, services, stop } = await startServices(['postgres'], { TEST_POSTGRES_URL: url })
    await stop()
    assert.deepEqual(env, { TEST_POSTGRES_URL: url })
    assert.equal(services[0]?.available && services[0].from, 'a server that answers')
    assert.equal((await startServices(['postgres'], { TEST_POSTGRES_URL: url })).env.TEST_POSTGRES_URL, url)
  }),
)

test('a service known to be missing hands its reason on', async () => {
  const { env } = await startServices(['postgres'], { TEST_POSTGRES_UNAVAILABLE: 'switched off' })
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

test(
  'a server that was started ends with the process that wanted it, even by SIGKILL',
  { skip: process.platform !== 'linux' && 'reads /proc' },
  withService('postgres', async t => {
    // The usual address is one that refuses, so that this process has to start its own.
    const env = { ...process.env, TEST_POSTGRES_URL: '', PGHOST: '127.0.0.1', PGPORT: '1' }
    const code = `require(${JSON.stringify(starter)}).startServices(['postgres']).then(s => {
      process.stdout.write(JSON.stringify(s.services[0]) + '\\n'); setInterval(() => {}, 1000) })`
    const child = spawn(process.execPath, ['-e', code], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const started = JSON.parse(String(line)) as { available: boolean; url: string; reason: string }
    if (!started.available) {
      child.kill()
      return t.skip(started.reason)
    }
    const port = new URL(started.url).port
    const supervisor = supervisorsOf(child.pid).find(pid => existsSync(`/proc/${pid}`))
    assert.ok(supervisor, 'it has a supervisor')
    const plan = JSON.parse(argumentsOf(supervisor)[2] ?? '{}') as { dir: string }
    assert.ok(existsSync(plan.dir))
    child.kill('SIGKILL')
    await until(() => !existsSync(`/proc/${supervisor}`))
    assert.equal(existsSync(plan.dir), false, 'its directory is gone')
    await assert.rejects(new Client({ host: '127.0.0.1', port: Number(port) }).connect(), /ECONNREFUSED/)
  }),
)

function supervisorsOf(parent: number | undefined): string[] {
  return readdirSync('/proc').filter(
    pid =>
      /^\d+$/.test(pid) && parentOf(pid) === String(parent) && argumentsOf(pid)[1]?.endsWith('supervisor.js'),
  )
}

function parentOf(pid: string): string | undefined {
  try {
    return /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}

function argumentsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 15_000
  while (!condition()) {
    assert.ok(performance.now() < deadline, 'not within 15 s')
    await delay(20)
  }
}
