/** `tracer profile` for commands and for running processes, as users call it. */

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { after, describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { goTop, missingGo } from '../support/go-pprof'
import { type ProfileSample, readProfile, sumOf } from '../support/profiles'
import { fixture, runNode } from '../support/programs'
import { temporaryFolder } from '../support/temporary'
import { MAIN, tracer } from '../support/tracer-command'

const BURNS = fixture('burns.cjs')
const folder = temporaryFolder('profile-command-')
const children = new Set<ChildProcess>()
after(() => {
  for (const child of children) child.kill('SIGKILL')
})

let files = 0
function nextPath(): string {
  return join(folder, `${++files}.pprof`)
}

function read(path: string): ProfileSample[] {
  return readProfile(gunzipSync(readFileSync(path)))
}

/** Longest wait for what must happen. */
const DEADLINE_MS = 120_000

/** Reads the stream until the text is as wanted, and returns it. */
async function readUntil(stream: Readable | null, isEnough: (text: string) => boolean): Promise<string> {
  let text = ''
  const signal = AbortSignal.timeout(DEADLINE_MS)
  while (!isEnough(text)) text += String(await once(stream as Readable, 'data', { signal }))
  return text
}

function exitOf(child: ChildProcess): Promise<unknown[]> {
  return once(child, 'exit', { signal: AbortSignal.timeout(DEADLINE_MS) })
}

/** Resolves when nothing listens at the port any more; rejects at the deadline. */
async function untilClosed(port: string): Promise<void> {
  const endMs = Date.now() + DEADLINE_MS
  while (Date.now() < endMs) {
    const answer = await fetch(`http://127.0.0.1:${port}/json/version`).catch((error: Error) => error)
    if (answer instanceof Error && (answer.cause as { code?: string }).code === 'ECONNREFUSED') return
  }
  throw new Error(`port ${port} is still open`)
}

function portIn(stderr: string): string {
  const match = /ws:\/\/127\.0\.0\.1:(\d+)/.exec(stderr)
  assert.ok(match !== null, stderr)
  return match[1]
}

/** Starts a program that runs until the test ends. Resolves once it prints that it is ready. */
async function start(
  command: string,
  args: readonly string[],
  ready = /ready/,
): Promise<{ child: ChildProcess; pid: number; stderr(): string }> {
  const env = { ...process.env, DD_TRACE_AGENT_URL: 'http://127.0.0.1:1' }
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  await readUntil(child.stdout, text => ready.test(text))
  return { child, pid: child.pid as number, stderr: () => stderr }
}

describe('of a command', () => {
  test('is its wall and CPU time to its end, which Go reads', { skip: missingGo() }, async () => {
    const path = nextPath()
    const ended = await tracer('profile', '-o', path, process.execPath, BURNS, '300')
    assert.deepEqual([ended.code, ended.stdout], [0, 'ready\ndone\n'], ended.stderr)
    assert.match(ended.stderr, /^tracer: wrote \S+: \S+ m?s of wall in \d+ stacks, over \S+ m?s\n$/)
    for (const type of ['wall', 'cpu']) {
      const rows = await goTop(gunzipSync(readFileSync(path)), type, 'ms')
      const burn = rows.find(({ name }) => name.startsWith('burn '))
      assert.ok(burn !== undefined && burn.flat > 100, `${type}: ${JSON.stringify(rows.slice(0, 3))}`)
    }
  })

  test('is there when it calls process.exit(), whose status is kept', async () => {
    const path = nextPath()
    const ended = await tracer('profile', '--output', path, '--', process.execPath, BURNS, '300', 'exit')
    assert.equal(ended.code, 7, ended.stderr)
    assert.ok(sumOf(read(path), 'cpu', 'burn') > 100e6)
  })

  test('is there when Ctrl-C ends it', async () => {
    const path = nextPath()
    const { child } = await start(process.execPath, [
      MAIN,
      'profile',
      '-o',
      path,
      process.execPath,
      BURNS,
      '300',
      'forever',
    ])
    child.kill('SIGINT')
    assert.deepEqual(await exitOf(child), [null, 'SIGINT'])
    assert.ok(sumOf(read(path), 'wall', 'burn') > 0)
  })

  test('of some seconds is written when they are over, and the command runs on', async () => {
    const path = nextPath()
    // The seconds begin with the command, and a profile has a second to be written. Both can be too short where the machine
    // is busy: then there is no profile, which is no failure here.
    for (const seconds of ['1', '2', '5', '10', '30']) {
      const args = [
        MAIN,
        'profile',
        '--seconds',
        seconds,
        '-o',
        path,
        process.execPath,
        BURNS,
        '1',
        'forever',
      ]
      const { child, stderr } = await start(process.execPath, args)
      const said = await readUntil(child.stderr, () => /^tracer: (wrote|no profile)/m.test(stderr())).then(
        stderr,
      )
      assert.equal(child.exitCode, null)
      child.kill('SIGTERM')
      assert.deepEqual(await exitOf(child), [null, 'SIGTERM'])
      // A process whose last profile took too long to leave says so before the command does.
      if (/no profile: no Node\.js process was started|the last profile is lost/.test(said)) continue
      assert.match(stderr(), /^tracer: wrote .*\n$/)
      assert.ok(sumOf(read(path), 'wall') > 0)
      return
    }
    assert.fail('no process was profiled')
  })

  test('holds all processes below it, told apart by a label', async () => {
    const path = nextPath()
    const node = JSON.stringify(process.execPath)
    const ended = await tracer(
      'profile',
      '-o',
      path,
      'sh',
      '-c',
      `${node} ${BURNS} 300; ${node} ${BURNS} 300`,
    )
    assert.equal(ended.code, 0, ended.stderr)
    const pids = new Set(read(path).map(({ labels }) => labels['process id']))
    assert.equal(pids.size, 2)
    assert.ok(sumOf(read(path), 'cpu', 'burn') > 200e6)
  })

  test('of the heap is what it holds', async () => {
    const path = nextPath()
    const program = `globalThis.kept = []
      function hold() { for (let i = 0; i < 100000; i++) kept.push({ i, list: [i, i] }) }
      hold()`
    const ended = await tracer('profile', '--type', 'space', '-o', path, process.execPath, '-e', program)
    assert.equal(ended.code, 0, ended.stderr)
    assert.ok(sumOf(read(path), 'inuse_space', 'hold') > 1e6)
  })

  test('leaves its options alone, and needs one that exists and runs Node.js', async () => {
    const echo = await tracer(
      'profile',
      '-o',
      nextPath(),
      '--rate',
      '500',
      'sh',
      '-c',
      'echo "$@"',
      'sh',
      '--type',
      'x',
      '-h',
    )
    assert.equal(echo.stdout, '--type x -h\n', echo.stderr)
    const unknown = await tracer('profile', '-o', nextPath(), 'no-such-command')
    assert.deepEqual(
      [unknown.code, unknown.stderr],
      [127, 'tracer profile: cannot run no-such-command: no such command\n'],
    )
    const other = await tracer('profile', '-o', nextPath(), '--', 'sh', '-c', 'exit 3')
    assert.equal(other.code, 3)
    assert.match(other.stderr, /^tracer: no profile: no Node\.js process was started/)
    assert.equal((await tracer('profile', '-o', nextPath(), 'true')).code, 1)
  })
})

describe('of a process that runs', () => {
  const linux = process.platform === 'linux' ? undefined : 'by /proc'

  test('is its wall time, through an inspector that is closed again', async () => {
    const { pid, child, stderr } = await start(process.execPath, ['--inspect-port=0', BURNS, '1', 'forever'])
    for (let turn = 1; turn <= 2; turn++) {
      const path = nextPath()
      const ended = await tracer('profile', String(pid), '--seconds', '1', '-o', path)
      assert.equal(ended.code, 0, ended.stderr)
      assert.match(
        ended.stderr,
        /^tracer: wrote \S+: \S+ m?s of wall in \d+ stacks, over \S+ s, without CPU time\n$/,
      )
      const samples = read(path)
      assert.ok(sumOf(samples, 'wall', 'turn') > 0)
      if (linux === undefined) assert.equal(samples[0].labels['os thread id'], String(pid))
      await untilClosed(portIn(stderr()))
    }
    assert.equal(child.exitCode, null)
  })

  test('is what it allocates, with --type space', async () => {
    const program = `globalThis.kept = []
      function hold() { for (let i = 0; i < 1000; i++) kept.push({ i, list: [i, i] }) }
      setInterval(() => { hold(); if (kept.length > 1e6) kept = [] }, 5)
      console.log('ready')`
    const { pid } = await start(process.execPath, ['--inspect-port=0', '-e', program])
    const path = nextPath()
    const ended = await tracer('profile', '--seconds', '1', '--type', 'space', '-o', path, String(pid))
    assert.equal(ended.code, 0, ended.stderr)
    assert.ok(sumOf(read(path), 'inuse_space', 'hold') > 10_000)
  })

  test('is there of one whose loop never turns, and of an ES module', async () => {
    const blocked = await start(process.execPath, ['--inspect-port=0', BURNS, '1', 'block'])
    const path = nextPath()
    const ended = await tracer('profile', '--seconds', '1', '-o', path, String(blocked.pid))
    assert.equal(ended.code, 0, ended.stderr)
    // V8 does not know the name of a function that was running before its profiler started.
    assert.ok(sumOf(read(path), 'wall') > 0)
    const program = `function spin() { const end = Date.now() + 20; while (Date.now() < end); }
      setInterval(spin, 21); console.log('ready')`
    const module = await start(process.execPath, ['--inspect-port=0', '--input-type=module', '-e', program])
    assert.equal((await tracer('profile', '--seconds', '1', '-o', path, String(module.pid))).code, 0)
    assert.ok(sumOf(read(path), 'wall') > 0)
    for (const { stderr } of [blocked, module]) await untilClosed(portIn(stderr()))
  })

  test('leaves an inspector open that was open before', async () => {
    const { pid, stderr } = await start(process.execPath, ['--inspect=127.0.0.1:0', BURNS, '1', 'forever'])
    const ended = await tracer('profile', '--seconds', '1', '-o', nextPath(), String(pid))
    assert.equal(ended.code, 0, ended.stderr)
    assert.equal((await fetch(`http://127.0.0.1:${portIn(stderr())}/json/list`)).status, 200)
  })

  test('is there when Ctrl-C ends it early', async () => {
    const { pid, child, stderr } = await start(process.execPath, ['--inspect-port=0', BURNS, '1', 'forever'])
    const path = nextPath()
    const profiler = spawn(process.execPath, [MAIN, 'profile', String(pid), '-o', path], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    children.add(profiler)
    await readUntil(child.stderr, text => text.includes('attached'))
    profiler.kill('SIGINT')
    assert.deepEqual(await exitOf(profiler), [0, null])
    read(path)
    await untilClosed(portIn(stderr()))
  })

  test('says so when the process ends meanwhile', async () => {
    const { pid, child } = await start(process.execPath, ['--inspect-port=0', BURNS, '1', 'forever'])
    const profiling = tracer('profile', String(pid), '-o', nextPath())
    await readUntil(child.stderr, text => text.includes('attached'))
    child.kill('SIGKILL')
    const ended = await profiling
    assert.deepEqual([ended.code, ended.stderr], [1, 'tracer: the process ended meanwhile\n'])
  })

  test('does not kill what is no Node.js, or does not listen to SIGUSR1', { skip: linux }, async () => {
    const { pid, child } = await start('sh', ['-c', 'echo ready; exec sleep 60'])
    const ended = await tracer('profile', String(pid), '-o', nextPath())
    assert.equal(ended.code, 1)
    assert.match(
      ended.stderr,
      /^tracer: process \d+ is (sleep|coreutils|busybox|dash|sh), not Node\.js, and SIGUSR1 would kill it; --force/,
    )
    assert.deepEqual([child.exitCode, child.signalCode], [null, null])
    const deaf = await start(process.execPath, [
      '-e',
      `process.on('SIGUSR1', () => {}); process.removeAllListeners('SIGUSR1'); console.log('ready'); setInterval(() => {}, 1000)`,
    ])
    const refused = await tracer('profile', String(deaf.pid), '-o', nextPath())
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /does not listen to SIGUSR1|did not open within/)
    assert.deepEqual([deaf.child.exitCode, deaf.child.signalCode], [null, null])
  })

  test('says who has the port', { skip: linux }, async () => {
    const taken = createServer(socket => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi')).listen(
      0,
      '127.0.0.1',
    )
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const { pid } = await start(process.execPath, [`--inspect-port=${port}`, BURNS, '1', 'forever'])
    const ended = await tracer('profile', String(pid), '-o', nextPath())
    taken.close()
    assert.equal(ended.code, 1)
    assert.match(ended.stderr, new RegExp(`^tracer: port ${port} is taken by another program`))
  })

  for (const [argv, status, reason] of [
    [['4194304'], 1, /there is no process 4194304/],
    [['--type', 'cpu', '1'], 2, /measures no CPU time/],
    [['--type', 'x', '1'], 2, /--type must be/],
    [['--seconds', '0', '1'], 2, /--seconds must be/],
    [['-o', '/nonsense/x', '1'], 1, /cannot write \/nonsense\/x: ENOENT/],
    [['1', '2'], 2, /Unexpected argument '2'/],
    [['--force', 'true'], 2, /--force is for a PID/],
    [['--nonsense', '1'], 2, /Unknown option/],
    [['--'], 2, /give a process id or a command/],
    [[], 2, /give a process id or a command/],
  ] as const) {
    test(`says what is wrong with ${argv.join(' ') || 'nothing'}`, async () => {
      const ended = await tracer('profile', ...argv)
      assert.equal(ended.code, status, ended.stderr)
      assert.match(ended.stderr, reason)
    })
  }
})

test('explains itself', async () => {
  assert.match((await runNode([MAIN, 'profile', '--help'])).stdout, /^Usage: tracer profile/)
})
