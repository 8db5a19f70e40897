/** Runs our code inside the application's calls: whatever happens in here stays in here. */

import { log } from './log'

/** Result of `fn`, or undefined when it threw; the failure is logged once a minute under `cause`. */
export function fence<T>(cause: string, fn: () => T): T | undefined {
  try {
    return fn()
  } catch (error) {
    reportFailure(cause, error)
    return undefined
  }
}

/** Logs a failure of our own code. */
export function reportFailure(cause: string, error: unknown): void {
  try {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    log.error(cause, `${cause} failed: ${text}`)
  } catch {
    // An error that cannot even be printed is not worth a second one.
  }
}
