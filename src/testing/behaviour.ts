/** Decides how a test agent answers: as usual, or as a test has ordered for a number of requests. */

import type { Intercept } from '../agent/options'
import type { RequestRecord } from '../agent/request-log'

/** The requests to which an order applies. */
export interface Which {
  /** Number of requests; all from now on by default. */
  times?: number
  /** Beginning of the requests' path: `/info`, `/telemetry`, `/` for all. The trace endpoints by default. */
  path?: string
}

/** The current order of a test. */
export interface Behaviour {
  set(what: Intercept, which?: Which): void
  /** Ends the order. */
  reset(): void
  /** Returns the order for the request that has just arrived, if there is one. */
  next(request: RequestRecord): Intercept | undefined
}

/** Creates a behaviour without an order. */
export function createBehaviour(): Behaviour {
  let current: Intercept | undefined
  let left = 0
  let prefix: string | undefined
  return {
    set(what, { times = Number.POSITIVE_INFINITY, path } = {}) {
      current = what
      left = times
      prefix = path
    },
    reset() {
      current = undefined
    },
    next({ path }) {
      const isMeant = prefix === undefined ? /^\/v0\.\d\/traces/.test(path) : path.startsWith(prefix)
      return isMeant && left-- > 0 ? current : undefined
    },
  }
}
