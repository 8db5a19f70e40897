/** The version of the copy of `@opentelemetry/api` that is calling us. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { log } from '../core/log'

const NAME = '@opentelemetry/api'

/** Undefined, which is said once, when neither the calling file nor what it would load tells. */
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

/** The first file on the stack that is none of ours. */
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

/** In a bundle, the package that was bundled is likely the one that is installed beside it. */
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
