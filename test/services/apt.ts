/** Installs Debian packages whose services are not started. */

import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const INSTALL_TIMEOUT_MS = 300_000

/**
 * Files that exist while packages are installed, and which their scripts obey. PostgreSQL's scripts make and start a
 * cluster unless `createcluster.d` forbids it; all others start a service unless `policy-rc.d` ends with 101
 * (invoke-rc.d(8)).
 */
const SCRIPT_SETTINGS = [
  { file: '/etc/postgresql-common/createcluster.d/tracer-tests.conf', text: 'create_main_cluster = false\n' },
  { file: '/usr/sbin/policy-rc.d', text: '#!/bin/sh\nexit 101\n' },
]

/**
 * Installs all of these sets of packages in one run. If that fails, installs each set by itself, so that one that
 * cannot be had does not prevent the others, and rejects with the reason.
 */
export async function installPackages(sets: readonly (readonly string[])[]): Promise<void> {
  const all = [...new Set(sets.flat())]
  const names = all.join(' ')
  if (process.platform !== 'linux') throw new Error(`no Debian package on ${process.platform}`)
  if (!existsSync('/usr/bin/apt-get')) throw new Error(`${names}: not installed`)
  if (process.getuid?.() !== 0) throw new Error(`${names}: not installed, and only root may`)
  const written = SCRIPT_SETTINGS.filter(write)
  try {
    // One of the machine's package sources may fail without mattering here: the installation will tell.
    await apt('update').catch(() => {})
    await apt('install', '-y', '--no-install-recommends', ...all)
  } catch (error) {
    if (sets.length > 1) {
      for (const set of sets) {
        await apt('install', '-y', '--no-install-recommends', ...set).catch(() => {})
      }
    }
    const last = (error as { stderr?: string }).stderr?.trim().split('\n').pop()
    throw new Error(`apt-get could not install ${names}${last ? `: ${last}` : ''}`)
  } finally {
    for (const { file } of written) rmSync(file, { force: true })
  }
}

function apt(...args: string[]) {
  return run('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args], {
    timeout: INSTALL_TIMEOUT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 2 ** 26,
  })
}

/** Writes a file; false where the machine has its own, which stays. */
function write({ file, text }: (typeof SCRIPT_SETTINGS)[number]): boolean {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { mode: 0o755, flag: 'wx' })
    return true
  } catch {
    return false
  }
}
