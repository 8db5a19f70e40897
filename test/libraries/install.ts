/** Installs sets of packages into their folders, once. */

import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { LibrarySet } from './sets'

const run = promisify(execFile)
const TIMEOUT_MS = 300_000
const AT_ONCE = 4

/** Installs what is missing, a few at once; `progress` gets a line for each. Rejects with npm's words. */
export async function installLibraries(
  sets: readonly LibrarySet[],
  progress: (line: string) => void = () => {},
): Promise<void> {
  const missing = [...new Map(sets.map(set => [set.folder, set])).values()].filter(
    ({ folder }) => !existsSync(folder),
  )
  let done = 0
  const work = async (): Promise<void> => {
    for (let set = missing.pop(); set !== undefined; set = missing.pop()) {
      await install(set)
      progress(`libraries: ${++done} installed, ${missing.length} to go (${set.label})`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

async function install({ folder, versions, label }: LibrarySet): Promise<void> {
  // Beside its place, and moved there when it is whole.
  const partial = `${folder}.${randomUUID()}`
  mkdirSync(partial, { recursive: true })
  writeFileSync(join(partial, 'package.json'), JSON.stringify({ private: true, dependencies: versions }))
  const flags = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error']
  try {
    await run('npm', ['install', ...flags], { cwd: partial, timeout: TIMEOUT_MS, maxBuffer: 2 ** 26 })
    mkdirSync(dirname(folder), { recursive: true })
    renameSync(partial, folder)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (existsSync(folder)) return // another process was faster
    const { stderr = '' } = error as { stderr?: string }
    throw new Error(`npm could not install ${label}: ${stderr.trim().split('\n').slice(0, 3).join('; ')}`)
  }
}
