/**
 * Runs one server as long as the parent process lives: reads a plan from argv, and stops the server when stdin ends.
 */

// A program of its own, because only the end of a pipe tells that the parent was killed by SIGKILL.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Identity } from './definition.js'

/** What a supervisor runs: `prepare` in order, then `run` until it is told to stop, then `afterwards`. */
export interface Plan {
  dir: string
  identity?: Identity
  prepare: Command[]
  /** Programs that start before `run` and are killed after it. */
  beside?: Command[]
  run: Command
  stopSignal: NodeJS.Signals
  afterwards: Command[]
}

/** How long a server may take to stop before it is killed. */
const STOP_TIMEOUT_MS = 5000

function supervise(plan: Plan): void {
  let stopping = false
  let current: ChildProcess | undefined
  const log = openSync(join(plan.dir, 'log'), 'a')

  const start = ({ command, args, env }: Command) =>
    spawn(command, args, {
      cwd: plan.dir,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
      // A process group of its own, so that what the program starts in turn can be killed with it.
      detached: true,
      ...plan.identity,
    }).on('error', () => {})

  const run = (command: Command) =>
    new Promise<number>(resolve => {
      const child = start(command)
      current = child
      child.on('error', () => resolve(127))
      child.on('exit', code => {
        current = undefined
        killGroup(child)
        resolve(code ?? 1)
      })
    })

  const stop = () => {
    if (stopping) return
    stopping = true
    if (plan.stopSignal === 'SIGKILL') return killGroup(current)
    current?.kill(plan.stopSignal)
    setTimeout(() => killGroup(current), STOP_TIMEOUT_MS).unref()
  }

  const live = async () => {
    for (const step of plan.prepare) {
      if (!stopping && (await run(step)) !== 0) return
    }
    if (stopping) return
    const beside = (plan.beside ?? []).map(start)
    const gone = beside.map(child => new Promise(resolve => child.on('error', resolve).on('exit', resolve)))
    await run(plan.run)
    for (const child of beside) killGroup(child)
    await Promise.all(gone)
  }

  process.stdin.on('error', stop).on('close', stop).resume()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  live().then(async () => {
    const wanted = stopping
    for (const step of plan.afterwards) await run(step)
    closeSync(log)
    // A server that ended by itself leaves its log, which the parent reads and removes.
    if (wanted) rmSync(plan.dir, { recursive: true, force: true, maxRetries: 5 })
    process.exit(wanted ? 0 : 1)
  })
}

/** Kills what is left of a process group. */
function killGroup(leader: ChildProcess | undefined): void {
  try {
    if (leader?.pid !== undefined) process.kill(-leader.pid, 'SIGKILL')
  } catch {
    // There is none.
  }
}

supervise(JSON.parse(process.argv[2] ?? '') as Plan)
