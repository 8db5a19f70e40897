/** Finds the version of the copy of `@opentelemetry/api` that is calling, by the stack. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { log } from '../core/log'

const NAME = '@opentelemetry/api'

/**
 * Returns the version of the calling copy; undefined, with a warning, if neither the calling file nor its packages
 * have it.
 */
export function callerVersion(): string | undefined {
  const file = callingFile()
  const version = file === undefined ? undefined : (versionAbove(file) ?? versionFrom(file))
  if (version === undefined) {
    log.warn(
      'opentelemetry version',
      `the version of the ${NAME} in use is not known: its registrations are refused`,
    )
  }
  return version
}

/** Returns the first file on the stack outside of this folder. */
function callingFile(): string | undefined {
  const { prepareStackTrace } = Error
  try {
    Error.prepareStackTrace = (_, sites) => sites.map(site => site.getFileName())
    const files = new Error().stack as unknown as (string | undefined)[]
    const file = files.find(each => each && !dirname(each).startsWith(__dirname))
    return file?.startsWith('file:') ? fileURLToPath(file) : file
  } catch {
    return undefined
  } finally {
    Error.prepareStackTrace = prepareStackTrace
  }
}

function versionAbove(file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const version = versionIn(join(folder, 'package.json'))
    if (version !== undefined || folder === dirname(folder)) return version
  }
}

/** Returns the version that `file` would load: a bundle probably contains the version that is installed beside it. */
function versionFrom(file: string): string | undefined {
  try {
    return versionAbove(createRequire(file).resolve(NAME))
  } catch {
    return undefined
  }
}

function versionIn(file: string): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8'))
    return name === NAME ? version : undefined
  } catch {
    return undefined
  }
}
