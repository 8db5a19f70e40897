/** Checks whether SIGUSR1 opens the inspector of a process. It would end any program other than Node.js. */

import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { CommandError } from '../usage'

const SIGUSR1_BIT = 1n << 9n

/**
 * Throws a `CommandError` with the reason if it does not; with `force`, only if the process is missing or not the
 * user's.
 */
export function checkProcess(pid: number, force: boolean): void {
  try {
    process.kill(pid, 0)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ESRCH') throw new CommandError(`there is no process ${pid}`)
    throw new CommandError(`process ${pid} is not yours (${code})`)
  }
  if (pid === process.pid) throw new CommandError(`process ${pid} is this command itself`)
  if (force) return
  const name = programOf(pid)
  if (name !== undefined && !/^node(js)?([-.\d]|$)/.test(name))
    throw new CommandError(
      `process ${pid} is ${name}, not Node.js, and SIGUSR1 would kill it; --force sends it nevertheless`,
    )
  if (!catchesSignal(pid))
    throw new CommandError(
      `process ${pid} does not listen to SIGUSR1, which would kill it: it runs with --disable-sigusr1, or is just starting`,
    )
}

/** Returns the name of the executable; undefined if the system does not tell. */
function programOf(pid: number): string | undefined {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ''))
  } catch {}
  try {
    return basename(execFileSync('ps', ['-p', String(pid), '-o', 'comm='], { encoding: 'utf8' }).trim())
  } catch {
    return undefined
  }
}

/** Returns whether the process handles SIGUSR1. Only Linux tells; on other systems it is assumed. */
function catchesSignal(pid: number): boolean {
  try {
    const mask = /^SigCgt:\s*([\da-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return mask === undefined || (BigInt(`0x${mask}`) & SIGUSR1_BIT) !== 0n
  } catch {
    return true
  }
}
