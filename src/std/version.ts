/** The version of this package. */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Returns the version in the nearest package.json above this file; `0.0.0` when there is none. */
export function packageVersion(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    try {
      const text = readFileSync(join(folder, 'package.json'), 'utf8')
      return String((JSON.parse(text) as { version?: unknown }).version ?? '0.0.0')
    } catch {
      if (dirname(folder) === folder) return '0.0.0'
    }
  }
}
