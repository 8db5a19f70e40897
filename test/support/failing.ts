/** Programs that interfere with the profiler: `node failing.js <name>`; each prints JSON at its end. */

import cluster from 'node:cluster'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'
import { setImmediate, setTimeout as wait } from 'node:timers/promises'
import { createContext, runInContext } from 'node:vm'
import { Worker } from 'node:worker_threads'
import type { WallSampler } from '../../src/profiling/wall-sampler'
import { burn, spin, wallProfiler } from './profiled'
import { readProfile, sumOf } from './profiles'

/** ms of CPU that the profile has in a function. */
async function seenMs(profiler: WallSampler, name: string): Promise<number> {
  const bytes = await profiler.take(false)
  return bytes === undefined ? 0 : sumOf(readProfile(bytes), 'cpu', name) / 1e6
}

/** ms of CPU that the main thread has spent, in clock ticks of 10 ms (proc_pid_stat(5), fields 14 and 15). */
function mainThreadMs(): number {
  const stat = readFileSync(`/proc/self/task/${process.pid}/stat`, 'latin1')
  const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14)
  return (Number(user) + Number(system)) * 10
}

function started(): WallSampler {
  const profiler = wallProfiler()
  if (!profiler.start()) throw new Error('the profiler does not start')
  return profiler
}

function busy(): void {
  burn(100)
}

// V8 compiles the loop in threads of its own, whose CPU time is in no function.
burn(50)

const programs: Record<string, () => Promise<unknown>> = {
  async contexts() {
    const profiler = started()
    for (let turn = 0; turn < 20; turn++) {
      const context = createContext({ burn })
      runInContext('function inContext() { burn(10) } inContext()', context, { filename: 'context.js' })
    }
    return { seen: await seenMs(profiler, 'inContext') }
  },

  async 'user before'() {
    let signals = 0
    process.on('SIGPROF', () => signals++)
    const profiler = started()
    busy()
    const seen = await seenMs(profiler, 'busy')
    process.kill(process.pid, 'SIGPROF')
    while (signals === 0) await setImmediate()
    return { seen, signals }
  },

  /** A signal that arrives after V8 has stopped, and has restored the signal's handler. */
  async 'late signal'() {
    const profiler = started()
    busy()
    const seen = await seenMs(profiler, 'busy')
    process.kill(process.pid, 'SIGPROF')
    return { seen }
  },

  /**
   * A handler of another owner, set after V8's: it gets V8's sampling signals until V8 restores its own at the end.
   */
  async 'user after'() {
    const profiler = started()
    busy()
    let signals = 0
    process.on('SIGPROF', () => signals++)
    busy()
    while (signals === 0) await setImmediate()
    const seen = await seenMs(profiler, 'busy')
    const next = started()
    busy()
    return { seen, next: await seenMs(next, 'busy') }
  },

  async 'cpu-prof'() {
    const profiler = started()
    busy()
    return { seen: await seenMs(profiler, 'busy') }
  },

  /** Profiles of the inspector: one around the tracer's profile, one inside of it, and one beyond its end. */
  async inspector() {
    const session = new Session()
    session.connect()
    await session.post('Profiler.enable')
    const counts: number[] = []
    const seen: number[] = []
    const stop = async (): Promise<void> => {
      const { profile } = await session.post('Profiler.stop')
      counts.push(profile.samples?.length ?? 0)
    }
    await session.post('Profiler.start')
    const inside = started()
    busy()
    seen.push(await seenMs(inside, 'busy'))
    await stop()
    const around = started()
    await session.post('Profiler.start')
    busy()
    await stop()
    busy()
    seen.push(await seenMs(around, 'busy'))
    const over = started()
    await session.post('Profiler.start')
    busy()
    seen.push(await seenMs(over, 'busy'))
    busy()
    await stop()
    return { counts, seen }
  },

  async cluster() {
    if (!cluster.isPrimary) {
      const profiler = started()
      busy()
      process.send?.(await seenMs(profiler, 'busy'))
      process.disconnect()
      return undefined
    }
    const profiler = started()
    const seen: number[] = []
    const ends: unknown[] = []
    for (let turn = 0; turn < 3; turn++) {
      const child = cluster.fork()
      child.on('message', message => seen.push(message as number))
      busy()
      ends.push((await once(child, 'exit'))[0])
    }
    return { seen, ends, own: await seenMs(profiler, 'busy') }
  },

  /** The main thread's own CPU, of which starting the workers is a part. */
  async workers() {
    const profiler = started()
    const before = mainThreadMs()
    const file = join(__dirname, 'profiled-worker.js')
    for (let turn = 0; turn < 50; turn++) {
      const all = Array.from({ length: 4 }, () => new Worker(file, { workerData: { ask: false } }))
      busy()
      await Promise.all(all.map(worker => once(worker, turn % 2 === 0 ? 'message' : 'online')))
      await Promise.all(all.map(worker => worker.terminate()))
    }
    const spent = mainThreadMs() - before
    const samples = readProfile((await profiler.take(false)) as Uint8Array)
    const own = samples.filter(({ labels }) => labels['thread name'] === 'Main Event Loop')
    return { seen: sumOf(own, 'cpu') / 1e6, spent }
  },

  /** Bytes that the process grew by, per start and stop, after a warm-up; and in as many turns without. */
  async restarts() {
    const turns = Number(process.argv[3])
    const turn = async (isProfiled: boolean): Promise<void> => {
      const profiler = wallProfiler()
      if (isProfiled && !profiler.start()) throw new Error('the profiler does not start')
      spin(2)
      await profiler.take(false)
      if (!isProfiled) await setImmediate()
    }
    const grownBy = async (isProfiled: boolean): Promise<number> => {
      for (let at = 0; at < turns; at++) await turn(isProfiled)
      globalThis.gc?.()
      const before = process.memoryUsage.rss()
      for (let at = 0; at < turns; at++) await turn(isProfiled)
      globalThis.gc?.()
      return Math.round((process.memoryUsage.rss() - before) / turns)
    }
    return { profiled: await grownBy(true), control: await grownBy(false) }
  },

  /** Each path through 17 levels of 2 functions is a node of its own. */
  async nodes() {
    const profiler = started()
    const make = (name: string) =>
      new Function(
        'down',
        `return function ${name}(depth, path) { return depth === 0 ? 0 : 1 + down(depth - 1, path >>> 1) }`,
      )
    const down = (depth: number, path: number): number => {
      if (depth === 0) burnALittle()
      return (path & 1 ? left : right)(depth, path)
    }
    const [left, right] = [make('left')(down), make('right')(down)]
    let turns = 0
    const burnALittle = (): void => {
      for (let at = 0; at < 200; at++) turns += Math.sqrt(at)
    }
    const spentMs = (): number => process.cpuUsage().user / 1000
    const end = spentMs() + Number(process.argv[3])
    // To ask for the time costs more than a path: it is asked for after many.
    for (let path = 0; path % 1024 !== 0 || spentMs() < end; path++) down(200, Math.imul(path, 0x9e3779b1))
    const bytes = (await profiler.take(false)) as Uint8Array
    const samples = readProfile(bytes)
    return { turns: turns > 0, stacks: samples.length, nodes: nodesOf(samples.map(({ stack }) => stack)) }
  },

  async collecting() {
    const profiler = started()
    const windows: Promise<Uint8Array | undefined>[] = []
    let kept: unknown[] = []
    for (let turn = 0; turn < 100; turn++) {
      for (let at = 0; at < 5000; at++) kept.push({ at, list: [at, `${at}`] })
      if (kept.length > 50_000) kept = []
      windows.push(profiler.take(true))
      if (turn % 10 === 0) globalThis.gc?.()
      await setImmediate()
    }
    windows.push(profiler.take(false))
    const bytes = await Promise.all(windows)
    const samples = bytes.flatMap(each => readProfile(each as Uint8Array))
    return { windows: bytes.length, seen: sumOf(samples, 'cpu', 'Garbage Collection') / 1e6 }
  },

  /** Stopped and continued from outside meanwhile. */
  async stopped() {
    const profiler = started()
    process.stdout.write('listening on 0\n')
    const before = process.cpuUsage()
    for (let turn = 0; turn < 20; turn++) {
      busy()
      await wait(5)
    }
    const { user, system } = process.cpuUsage(before)
    return { seen: await seenMs(profiler, 'busy'), spent: (user + system) / 1000 }
  },

  async clock() {
    const profiler = wallProfiler(true)
    profiler.start()
    busy()
    await profiler.take(true)
    // The shim that is loaded sets the clock back from now on.
    process.kill(process.pid, 'SIGUSR2')
    const from = performance.now()
    busy()
    const spanMs = performance.now() - from
    const bytes = (await profiler.take(false)) as Uint8Array
    const times = readProfile(bytes).map(({ labels }) => Number(labels.end_timestamp_ns) / 1e6)
    const known = times.filter(time => !Number.isNaN(time))
    return {
      wentBack: Date.now() < 1e12,
      seen: sumOf(readProfile(bytes), 'cpu', 'busy') / 1e6,
      apart: Math.max(...known) - Math.min(...known),
      spanMs,
      late: Date.now() - Math.max(...known),
    }
  },
}

/** Different beginnings of stacks: the nodes of their tree. */
function nodesOf(stacks: readonly string[][]): number {
  const seen = new Set<string>()
  for (const stack of stacks) {
    let path = ''
    for (const frame of stack.toReversed()) {
      path += `${frame[0]}`
      seen.add(path)
    }
  }
  return seen.size
}

void programs[process.argv[2]]().then(result => {
  if (result !== undefined) process.stdout.write(JSON.stringify(result))
})
