/** How a test agent answers: usually, or as it was told to for the next so many requests. */

import type { Intercept } from '../agent/options'
import type { RequestRecord } from '../agent/request-log'

/** Which requests are meant. */
export interface Which {
  /** The next so many; all from now on by default. */
  times?: number
  /** Those whose path starts so: `/info`, `/telemetry`, `/` for all. The trace endpoints by default. */
  path?: string
}

export interface Behaviour {
  set(what: Intercept, which?: Which): void
  /** As a good agent again. */
  reset(): void
  /** What to do with the request that came just now. */
  next(request: RequestRecord): Intercept | undefined
}

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
