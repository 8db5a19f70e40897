/** Functions that the application passed as options. */

import { reportFailure } from '../core/fence'

/**
 * Returns a function that calls `fn`. If `fn` throws, the error is logged and the result is `fallback`. The failure
 * does not count towards switching the integration off: a filter that fails for some requests must not disable it for
 * all.
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
