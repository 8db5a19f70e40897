/** Downloads the jars from Maven Central that a service's `pom.xml` lists. */

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const TIMEOUT_MS = 240_000
const ROOT = dirname(require.resolve('tracer/package.json'))

/** Returns the folder of a service's files that are not TypeScript. */
export function folderOf(service: string): string {
  return join(ROOT, 'test/services', service)
}

/** Returns the folder for the jars of a service; each version of its `pom.xml` has another one. */
export function jarsOf(service: string): string {
  const pom = readFileSync(join(folderOf(service), 'pom.xml'))
  const version = createHash('sha256').update(pom).digest('hex').slice(0, 12)
  return join(ROOT, '.cache/jars', `${service}-${version}`)
}

/** Copies the jars into that folder, once. Rejects with Maven's message. */
export async function fetchJars(service: string): Promise<void> {
  const jars = jarsOf(service)
  if (existsSync(jars)) return
  // Written beside the folder, and renamed when complete.
  const partial = `${jars}.${process.pid}`
  mkdirSync(dirname(jars), { recursive: true })
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${partial}`]
  try {
    await run('mvn', ['-q', '-B', '-f', join(folderOf(service), 'pom.xml'), ...goal], { timeout: TIMEOUT_MS })
    renameSync(partial, jars)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (existsSync(jars)) return // another process was faster
    const { stdout = '', message } = error as Error & { stdout?: string }
    const line = stdout.split('\n').find(text => text.includes('ERROR')) ?? message
    throw new Error(`Maven could not fetch the jars of ${service}: ${line}`)
  }
}

/** Returns the directory of PATH that has this program. */
export function inPath(program: string): string | undefined {
  return process.env.PATH?.split(delimiter).find(folder => existsSync(join(folder, program)))
}
