/** Starts a supervisor for a server and waits until the server answers. */

import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Plan } from './supervisor.js'

/** A server that runs until `stop()` or the end of this process, whatever comes first. */
export interface Supervised {
  stop(): Promise<void>
}

const POLL_MS = 50

/**
 * Runs `plan` under a supervisor and resolves once `probe` does.
 * Rejects with the last lines of the server's log when it ends first or is not ready in time; nothing is left running.
 */
export async function supervise(
  plan: Plan,
  probe: () => Promise<void>,
  timeoutMs: number,
): Promise<Supervised> {
  const child = spawn(process.execPath, [join(__dirname, 'supervisor.js'), JSON.stringify(plan)], {
    // A session of its own: Ctrl-C in the terminal must not reach the server before its clients are done.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const exited = new Promise<void>(resolve => child.on('error', () => resolve()).on('close', () => resolve()))
  child.stdin.on('error', () => {})
  let running = true
  exited.then(() => {
    running = false
  })
  const stop = async () => {
    child.ref()
    child.stdin.end()
    await exited
    rmSync(plan.dir, { recursive: true, force: true })
  }

  const deadline = performance.now() + timeoutMs
  for (;;) {
    const problem = await probe().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    if (problem === undefined && running) break
    if (!running || performance.now() > deadline) {
      const why = running ? `not ready after ${timeoutMs / 1000} s (${problem})` : 'it ended at once'
      const tail = lastLines(join(plan.dir, 'log'))
      await stop()
      throw new Error(`${why}${tail && `: ${tail}`}`)
    }
    await Promise.race([delay(POLL_MS), exited])
  }

  // From here on the server must not keep this process alive: the supervisor ends it when its stdin closes.
  child.unref()
  const pipe = child.stdin as Socket
  pipe.unref()
  return { stop }
}

function lastLines(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-3).join(' | ')
  } catch {
    return ''
  }
}
