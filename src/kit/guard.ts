/** Functions that the application gave us as options. */

import { reportFailure } from '../core/fence'

/**
 * Calls `fn`; what it throws is said in the log, and the answer is `fallback` then. It is not counted against the
 * integration: a filter that fails for some requests must not switch the others off.
 */
export function guarded<Args extends unknown[], Result>(
  option: string,
  fn: (...args: Args) => Result,
  fallback: Result,
): (...args: Args) => Result {
  return (...args) => {
    try {
      return fn(...args)
    } catch (error) {
      reportFailure(`option ${option}`, error)
      return fallback
    }
  }
}
