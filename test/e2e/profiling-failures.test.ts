/** The profiler beside other profilers, listeners to its signal, workers and stopped clocks. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ROOT, runNode, startApp } from '../support/programs'
import { temporaryFolder } from '../support/temporary'

const FAILING = join(ROOT, 'dist', 'test', 'support', 'failing.js')

// biome-ignore lint/suspicious/noExplicitAny: each program has its own result
type Result = any

async function run(
  name: string,
  { flags = [] as string[], args = [] as string[], env = {} } = {},
): Promise<Result> {
  const ended = await runNode([...flags, FAILING, name, ...args], env, 280_000)
  assert.deepEqual([ended.code, ended.signal], [0, null], ended.stderr)
  return JSON.parse(ended.stdout)
}

/** Asserts that the profile has about the CPU time that was spent; V8's own threads are a part of what was spent. */
function assertSeen(seenMs: number, spentMs: number): void {
  assert.ok(Math.abs(seenMs - spentMs) < 0.4 * spentMs, `${seenMs} of ${spentMs} ms`)
}

test('functions of vm contexts are in the profile, even if their context no longer exists', async () => {
  assertSeen((await run('contexts')).seen, 200)
})

test('a signal that arrives after the profiler has stopped does no harm', async () => {
  assertSeen((await run('late signal')).seen, 100)
})

test('an earlier listener to SIGPROF gets its signals again when the profiler stops', async () => {
  const { seen, signals } = await run('user before')
  assertSeen(seen, 100)
  assert.equal(signals, 1)
})

test('a later listener to SIGPROF takes the samples of a window, and disturbs nothing else', async () => {
  const { seen, next } = await run('user after')
  assert.ok(seen > 50, String(seen))
  assertSeen(next, 100)
})

test("V8's own profile of --cpu-prof is written as well", async () => {
  const folder = temporaryFolder('tracer-cpu-prof-')
  assertSeen((await run('cpu-prof', { flags: ['--cpu-prof', `--cpu-prof-dir=${folder}`] })).seen, 100)
  const [file] = readdirSync(folder)
  const profile = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  assert.ok(profile.samples.length > 50)
  assert.ok(profile.nodes.some((node: Result) => node.callFrame.functionName === 'busy'))
})

test('a profile of node:inspector around, within and across the end of this one disturbs neither', async () => {
  const { counts, seen } = await run('inspector')
  assert.ok(
    counts.every((count: number) => count > 20),
    String(counts),
  )
  assertSeen(seen[0], 100)
  assertSeen(seen[1], 200)
  assertSeen(seen[2], 100)
})

test('each process of a cluster has its own profile', async () => {
  const { seen, ends, own } = await run('cluster')
  assert.deepEqual(ends, [0, 0, 0])
  for (const ms of seen) assertSeen(ms, 100)
  assert.equal(seen.length, 3)
  assertSeen(own, 300)
})

test('200 profiled workers are killed under load', async () => {
  const { seen, spent } = await run('workers')
  assertSeen(seen, spent)
})

test('a program that ends during samples, windows and workers ends as without the profiler', () => {
  const script = join(ROOT, 'native', 'test', 'ends.cjs')
  assert.match(
    execFileSync(process.execPath, [script, '3'], { encoding: 'utf8' }),
    /^15 ends as they should be\n$/,
  )
})

test('500 starts and stops leave nothing behind', async () => {
  const { profiled, control } = await run('restarts', { flags: ['--expose-gc'], args: ['500'] })
  console.log(`grown by ${profiled} bytes with each start and stop, ${control} with each turn without`)
  // A profile that is never freed would be more.
  assert.ok(profiled - control < 16_384, `${profiled} against ${control}`)
})

test('a profile with very many nodes is encoded completely', async () => {
  let nodes = 0
  // Samples are lost on a busy machine: the program works for longer until the profile has enough nodes.
  for (let cpuMs = 3000; nodes <= 1e5 && cpuMs <= 24_000; cpuMs *= 2) {
    const seen = await run('nodes', { args: [String(cpuMs)] })
    console.log(`${seen.stacks} stacks, ${seen.nodes} nodes`)
    nodes = seen.nodes
  }
  assert.ok(nodes > 1e5)
})

test('windows end during garbage collections, which are in the profile', async () => {
  const { windows, seen } = await run('collecting', { flags: ['--expose-gc', '--max-semi-space-size=1'] })
  assert.equal(windows, 101)
  assert.ok(seen > 0, String(seen))
})

test('time in which the process is stopped by SIGSTOP is no CPU time', async () => {
  const app = await startApp([FAILING, 'stopped'])
  let isOver = false
  app.child.once('exit', () => {
    isOver = true
  })
  const ended = new Promise<string>(resolve => {
    let text = ''
    app.child.stdout?.on('data', part => {
      text += part
    })
    app.child.once('close', () => resolve(text))
  })
  for (let isStopped = false; !isOver; isStopped = !isStopped) {
    app.child.kill(isStopped ? 'SIGCONT' : 'SIGSTOP')
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  const { seen, spent } = JSON.parse((await ended).trim().split('\n').pop() as string)
  console.log(`seen ${seen.toFixed(0)} ms of CPU, spent ${spent.toFixed(0)}`)
  assertSeen(seen, spent)
})

/** Replaces functions of the C library: from SIGUSR2 on, the time of day is set back by 25 years. */
const SHIM = `
#include <csignal>
#include <ctime>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
static volatile sig_atomic_t back = 0;
static void on(int) { back = 1; }
__attribute__((constructor)) static void begin() { signal(SIGUSR2, on); }
extern "C" int clock_gettime(clockid_t clock, timespec* now) {
  const int result = static_cast<int>(syscall(SYS_clock_gettime, clock, now));
  if (back && clock == CLOCK_REALTIME) now->tv_sec -= 800000000;
  return result;
}
extern "C" int gettimeofday(timeval* now, void*) noexcept {
  timespec precise;
  const int result = clock_gettime(CLOCK_REALTIME, &precise);
  *now = {precise.tv_sec, precise.tv_nsec / 1000};
  return result;
}`

test('a clock that is set back changes later times, but no duration', async t => {
  const folder = temporaryFolder('tracer-clock-')
  const shim = join(folder, 'shim.so')
  writeFileSync(join(folder, 'shim.cc'), SHIM)
  try {
    execFileSync('c++', ['-shared', '-fPIC', '-o', shim, join(folder, 'shim.cc')], { stdio: 'pipe' })
  } catch {
    return t.skip('there is no compiler')
  }
  const { wentBack, seen, apart, spanMs, late } = await run('clock', { env: { LD_PRELOAD: shim } })
  assert.equal(wentBack, true)
  assertSeen(seen, 100)
  // The clock is set back by 8e11 ms.
  assert.ok(apart <= spanMs + 1e6, `${apart} of ${spanMs}`)
  assert.ok(Math.abs(late) < 1e6, String(late))
})
