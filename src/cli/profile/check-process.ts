/** Whether SIGUSR1 opens the inspector of a process: to any other program than Node.js it is the end. */

import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { CommandError } from '../usage'

const SIGUSR1_BIT = 1n << 9n

/** Throws a `CommandError` that says why not. With `force` only when there is no such process. */
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
      `process ${pid} is ${name}, not Node.js, and SIGUSR1 would kill it; --force does it all the same`,
    )
  if (!catchesSignal(pid))
    throw new CommandError(
      `process ${pid} does not listen to SIGUSR1, which would kill it: it runs with --disable-sigusr1, or is just starting`,
    )
}

/** Name of the executable; undefined where nobody says. */
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

/** Linux tells; elsewhere it is believed. */
function catchesSignal(pid: number): boolean {
  try {
    const mask = /^SigCgt:\s*([\da-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return mask === undefined || (BigInt(`0x${mask}`) & SIGUSR1_BIT) !== 0n
  } catch {
    return true
  }
}
