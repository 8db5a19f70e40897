/** Jars out of Maven Central, as a service's `pom.xml` lists them. */

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const TIMEOUT_MS = 240_000
const ROOT = dirname(require.resolve('tracer/package.json'))

/** The files of a service that are no TypeScript. */
export function folderOf(service: string): string {
  return join(ROOT, 'test/services', service)
}

/** Where the jars of a service are, or will be: another folder for each text of its `pom.xml`. */
export function jarsOf(service: string): string {
  const pom = readFileSync(join(folderOf(service), 'pom.xml'))
  const version = createHash('sha256').update(pom).digest('hex').slice(0, 12)
  return join(ROOT, '.cache/jars', `${service}-${version}`)
}

/** Copies them there, once. Rejects with Maven's words. */
export async function fetchJars(service: string): Promise<void> {
  const jars = jarsOf(service)
  if (existsSync(jars)) return
  // Beside its place, and moved there when it is whole.
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

/** The directory of PATH that has this program. */
export function inPath(program: string): string | undefined {
  return process.env.PATH?.split(delimiter).find(folder => existsSync(join(folder, program)))
}
