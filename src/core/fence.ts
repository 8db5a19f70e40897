/** Runs code of the tracer inside the application's calls: what it throws does not reach the application. */

import { log } from './log'

/** Returns the result of `fn`, or undefined when it threw; the failure is logged once a minute under `cause`. */
export function fence<T>(cause: string, fn: () => T): T | undefined {
  try {
    return fn()
  } catch (error) {
    reportFailure(cause, error)
    return undefined
  }
}

/** Logs a failure of the tracer's own code. */
export function reportFailure(cause: string, error: unknown): void {
  try {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    log.error(cause, `${cause} failed: ${text}`)
  } catch {
    // An error that cannot even be printed is not worth a second one.
  }
}
