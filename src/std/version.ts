/** The version of this package. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Read from the package.json three folders above the compiled file; `0.0.0` when there is none. */
export function packageVersion(): string {
  try {
    const text = readFileSync(join(__dirname, '..', '..', '..', 'package.json'), 'utf8')
    return String((JSON.parse(text) as { version?: unknown }).version ?? '0.0.0')
  } catch {
    return '0.0.0'
  }
}
