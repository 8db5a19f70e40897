/** Which version of a package lies in a folder, and whether an integration knows it. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const known = new Map<string, string>()

/** Version in the package.json of `folder`; `0.0.0` when there is none to read. */
export function versionOf(folder: string): string {
  let version = known.get(folder)
  if (version === undefined) {
    version = read(folder)
    known.set(folder, version)
  }
  return version
}

function read(folder: string): string {
  try {
    const content = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown }
    return typeof content.version === 'string' ? content.version : '0.0.0'
  } catch {
    return '0.0.0'
  }
}

/** semver takes 6 ms to load: only a process that uses an instrumented package pays them. */
export function satisfies(version: string, range: string | undefined): boolean {
  if (range === undefined) return true
  const compare = require('semver/functions/satisfies') as typeof import('semver/functions/satisfies')
  return compare(version, range, { includePrerelease: true })
}
