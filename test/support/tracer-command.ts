/** Runs the command `tracer`. */

import { join } from 'node:path'
import { type Ended, ROOT, runNode } from './programs'

export const MAIN = join(ROOT, 'lib', 'cli', 'main.js')

/** Runs the command to its end. */
export function tracer(...argv: string[]): Promise<Ended> {
  return runNode([MAIN, ...argv], {}, 120_000)
}
