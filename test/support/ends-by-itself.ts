/** Proves that work on hostile input ends, without asserting how long it takes. */

import { createContext, runInContext } from 'node:vm'

/** Long enough for the most loaded machine; work that does not scale would take minutes to centuries. */
const DEADLINE_MS = 30_000

/**
 * Returns what `work` returns. V8 ends `work`, regular expressions included, at the deadline, and this throws
 * `ERR_SCRIPT_EXECUTION_TIMEOUT`; a timer could not, since `work` blocks the event loop.
 */
export function endsByItself<T>(work: () => T): T {
  return runInContext('work()', createContext({ work }), { timeout: DEADLINE_MS }) as T
}
