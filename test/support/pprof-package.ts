/** The package `pprof`, compiled for this Node.js. The tracer does not depend on it, but an application may. */

import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { installLibraries } from '../libraries/install'
import { librarySet } from '../libraries/sets'

const run = promisify(execFile)

export interface PprofFolder {
  /** The folder whose `node_modules` has the package; undefined where it could not be compiled. */
  folder: string | undefined
  reason: string
}

let found: Promise<PprofFolder> | undefined

export function pprofPackage(): Promise<PprofFolder> {
  found ??= compile().catch(error => ({
    folder: undefined,
    reason: `pprof can't be compiled: ${(error.stderr ?? error.message).trim().split('\n').at(-1)}`,
  }))
  return found
}

async function compile(): Promise<PprofFolder> {
  const set = librarySet('profiling', 'pprof', { pprof: '5.0.0' })
  const folder = `${set.folder}.abi${process.versions.modules}`
  if (existsSync(folder)) return { folder, reason: '' }
  await installLibraries([set])
  const partial = `${folder}.${randomUUID()}`
  cpSync(set.folder, partial, { recursive: true, verbatimSymlinks: true })
  const bin = dirname(process.execPath)
  const headers = existsSync(join(bin, '..', 'include', 'node', 'node.h'))
  try {
    await run('npm', ['rebuild', 'pprof', '--loglevel=error'], {
      cwd: partial,
      timeout: 240_000,
      env: {
        ...process.env,
        PATH: `${bin}${delimiter}${process.env.PATH}`,
        ...(headers && { npm_config_nodedir: join(bin, '..') }),
      },
    })
    renameSync(partial, folder)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return { folder, reason: '' }
}
