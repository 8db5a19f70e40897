/** Python and packages of it, for foreign readers of formats. */

import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './programs'

const INSTALL_TIMEOUT_MS = 120_000
const RUN_TIMEOUT_MS = 30_000

export interface Python {
  /** Runs a script with `input`; returns what it printed, read as JSON. Throws its words when it fails. */
  json(script: string, input: string): unknown
}

/** Fetches the package into `.cache/pypi`, once. Text says why there is none. */
export function pythonWith(name: string, version: string): Python | string {
  const folder = join(ROOT, '.cache', 'pypi', `${name}-${version}`)
  try {
    if (!existsSync(folder)) install(`${name}==${version}`, folder)
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer }
    return `no ${name} for Python: ${(stderr?.toString() || String(error)).trim().split('\n').at(-1)}`
  }
  return {
    json(script, input) {
      const env = { PATH: process.env.PATH, HOME: process.env.HOME, PYTHONPATH: folder }
      const maxBuffer = 64 * 1024 * 1024
      const options = { env, input, timeout: RUN_TIMEOUT_MS, stdio: 'pipe' as const, maxBuffer }
      return JSON.parse(execFileSync('python3', ['-c', script], options).toString())
    },
  }
}

function install(what: string, folder: string): void {
  // Beside its place, and moved there when it is whole.
  const partial = `${folder}.${randomUUID()}`
  mkdirSync(dirname(folder), { recursive: true })
  try {
    execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', partial, what], {
      timeout: INSTALL_TIMEOUT_MS,
      stdio: 'pipe',
    })
    renameSync(partial, folder)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}
