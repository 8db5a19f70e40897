/** The command line as a child process, against a running agent. */

import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import type { TraceDetail, TraceSummary } from '../../../src/agent/api-types'
import { type Agent, startAgent } from '../../../src/agent/server'
import { START_NS, send, sendTraces, wireSpan } from './payloads'

const MAIN = join(__dirname, '..', '..', '..', 'src', 'cli', 'main.js')

interface Result {
  code: number
  stdout: string
  stderr: string
}

function tracer(...argv: string[]): Promise<Result> {
  return new Promise(resolve => {
    execFile(process.execPath, [MAIN, ...argv], { timeout: 20_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, stdout, stderr })
    })
  })
}

let agent: Agent
let api: string
before(async () => {
  agent = await startAgent()
  api = agent.apiUrl ?? ''
  const queries = Array.from({ length: 212 }, (_, index) =>
    wireSpan({
      trace_id: 0xabcd_ef01_2345_6789n,
      span_id: BigInt(index) + 10n,
      parent_id: 1n,
      name: 'pg.query',
      resource: 'SELECT 1',
      service: 'shop-db',
      start: START_NS + BigInt(index) * 1_000_000n,
      duration: 500_000,
    }),
  )
  const failure = wireSpan({
    trace_id: 0xabcd_ef01_2345_6789n,
    span_id: 2n,
    parent_id: 1n,
    name: 'cart.load',
    error: 1,
    meta: { 'error.type': 'TypeError', 'error.message': 'x is \u001b[31mnot\u001b[0m a function' },
  })
  const root = wireSpan({
    trace_id: 0xabcd_ef01_2345_6789n,
    resource: 'GET /cart',
    service: 'shop',
    duration: 300_000_000,
  })
  const evil = '\u001b]0;owned\u0007GET /\u202eevil\r\nname'
  await sendTraces(agent.url, [[root, failure, ...queries], [wireSpan({ trace_id: 5n, resource: evil })]])
})
after(() => agent.close())

describe('tracer traces', () => {
  test('prints an aligned table without control characters', async () => {
    const { code, stdout } = await tracer('traces', '--url', api)
    assert.equal(code, 0)
    const lines = stdout.trimEnd().split('\n')
    assert.match(lines[0], /^TIME +TRACE +SERVICE +RESOURCE +DURATION +SPANS +STATUS$/)
    assert.equal(lines.length, 3)
    const row = lines.find(line => line.includes('GET /cart')) ?? ''
    assert.match(row, /abcdef0123456789 {2}shop {5}GET \/cart +300 ms {4}214 {2}1 error$/)
    assert.equal(row.indexOf('GET /cart'), lines[0].indexOf('RESOURCE'))
    assert.match(stdout, /GET \/evil name/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  })

  test('takes limits and filters', async () => {
    const limited = await tracer('traces', '--url', api, '--limit', '1')
    assert.match(limited.stdout, /1 more: --limit 2/)
    const errors = await tracer('traces', '--url', api, '--errors', '--json')
    const found = JSON.parse(errors.stdout) as TraceSummary[]
    assert.deepEqual(
      found.map(trace => trace.resource),
      ['GET /cart'],
    )
    const none = await tracer('traces', '--url', api, '--service', 'nobody')
    assert.match(none.stdout, /^no traces/)
  })

  test('says what to do when no agent answers', async () => {
    const { code, stderr, stdout } = await tracer('traces', '--url', 'http://127.0.0.1:1')
    assert.equal(code, 1)
    assert.equal(stdout, '')
    assert.match(stderr, /no local agent answers at http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)/)
    assert.match(stderr, /tracer agent/)
  })

  test('says so when something else answers', async () => {
    const { code, stderr } = await tracer('traces', '--url', agent.url)
    assert.equal(code, 1)
    assert.match(stderr, /is not the API of a local agent/)
  })
})

describe('tracer trace', () => {
  test('prints a waterfall with folded queries and the error', async () => {
    const { code, stdout } = await tracer('trace', 'abcdef0123456789', '--url', api)
    assert.equal(code, 0)
    assert.match(stdout, /web\.request {2}GET \/cart {2}\[shop\] +█+ +300 ms/)
    assert.match(stdout, /pg\.query ×212 {2}SELECT 1 {2}\[shop-db\]/)
    assert.match(stdout, /cart\.load ERROR/)
    assert.match(stdout, /! TypeError: x is not a function/)
    assert.ok(!stdout.includes('\u001b'))
  })

  test('prints JSON', async () => {
    const { stdout } = await tracer('trace', String(0xabcd_ef01_2345_6789n), '--url', api, '--json')
    assert.equal((JSON.parse(stdout) as TraceDetail).spans.length, 214)
  })

  test('explains a trace that is not there, and refuses what is no id', async () => {
    const unknown = await tracer('trace', 'ffff', '--url', api)
    assert.equal(unknown.code, 1)
    assert.match(unknown.stderr, /has no trace ffff/)
    assert.equal((await tracer('trace', '../stats', '--url', api)).code, 2)
    assert.equal((await tracer('trace', '--url', api)).code, 2)
  })
})

test('prints help for everything, its version, and refuses what it does not know', async () => {
  for (const argv of [
    [],
    ['--help'],
    ['agent', '--help'],
    ['traces', '-h'],
    ['trace', '--help'],
    ['profiles', '--help'],
    ['profile', '-h'],
  ]) {
    const { code, stdout } = await tracer(...argv)
    assert.equal(code, 0)
    assert.match(stdout, /^Usage: tracer/)
  }
  assert.match((await tracer('--version')).stdout, /^\d+\.\d+\.\d+\n$/)
  for (const argv of [
    ['nonsense'],
    ['constructor'],
    ['traces', '--nonsense'],
    ['traces', '--limit', '0'],
    ['agent', '--port', 'x'],
    ['agent', '--store-limit', '5x'],
  ]) {
    const { code, stderr } = await tracer(...argv)
    assert.equal(code, 2, argv.join(' '))
    assert.match(stderr, /^tracer: .*\nsee `tracer --help`/)
  }
})

describe('tracer agent', () => {
  function start(...argv: string[]): ChildProcess {
    return spawn(process.execPath, [MAIN, 'agent', ...argv], { stdio: ['ignore', 'pipe', 'inherit'] })
  }

  function firstLine(child: ChildProcess): Promise<string> {
    return new Promise((resolve, reject) => {
      if (child.stdout === null) return reject(new Error('no stdout'))
      createInterface(child.stdout).once('line', resolve)
      child.once('exit', () => reject(new Error('exited before it listened')))
    })
  }

  function exitOf(child: ChildProcess): Promise<(number | string | null)[]> {
    return new Promise(resolve => child.once('exit', (code, signal) => resolve([code, signal])))
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`takes in traces, and exits with 0 on ${signal}`, async () => {
      const child = start('--port', '0', '--api-port', '0', '--json', '--store-limit', '1MiB')
      const { url, apiUrl } = JSON.parse(await firstLine(child)) as { url: string; apiUrl: string }
      assert.equal((await sendTraces(url, [[wireSpan()]])).status, 200)
      const stats = JSON.parse((await send(apiUrl, { path: '/api/stats' })).body) as {
        store: { traces: number; limitBytes: number }
      }
      assert.equal(stats.store.traces, 1)
      assert.equal(stats.store.limitBytes, 1024 * 1024)
      const exited = exitOf(child)
      child.kill(signal)
      assert.deepEqual(await exited, [0, null])
    })
  }

  test('says where it listens', async () => {
    const child = start('--port', '0', '--api-port', '0')
    assert.match(await firstLine(child), /^local agent: receives traces at http:\/\/127\.0\.0\.1:\d+$/)
    const exited = exitOf(child)
    child.kill()
    await exited
  })

  test('says what to do when its port is taken', async () => {
    const { code, stderr } = await tracer('agent', '--port', String(agent.port), '--api-port', '0')
    assert.equal(code, 1)
    assert.match(stderr, new RegExp(`port ${agent.port} is taken.*--port`))
  })
})
