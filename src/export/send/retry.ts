/** How long to wait before the next attempt. */

export interface Backoff {
  firstMs: number
  maxMs: number
}

/** The agent is on the same machine or pod: it is back within seconds, and a refused connection costs little. */
export const UNREACHABLE: Backoff = { firstMs: 100, maxMs: 10_000 }
/** An agent that is overloaded needs more time. */
export const OVERLOADED: Backoff = { firstMs: 1000, maxMs: 10_000 }

/** An agent that asks for a longer wait than this gets the next attempt nonetheless. */
const MAX_RETRY_AFTER_MS = 30_000

/**
 * Wait before attempt `failures + 1`: doubles with each failure, and lies between a half and the whole of that, so that
 * many processes do not come back in step. `random` is in [0, 1).
 */
export function backoffMs(failures: number, { firstMs, maxMs }: Backoff, random: number): number {
  const whole = Math.min(maxMs, firstMs * 2 ** Math.min(30, Math.max(0, failures - 1)))
  return Math.round(whole / 2 + (whole / 2) * random)
}

/**
 * Reads a `Retry-After` header: seconds or an HTTP date, at most `maxMs`. Undefined when there is none that can be read.
 */
export function retryAfterMs(
  header: string | undefined,
  nowMs: number,
  maxMs = MAX_RETRY_AFTER_MS,
): number | undefined {
  if (header === undefined || header.trim() === '') return undefined
  const seconds = Number(header)
  const wait = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1000
  if (Number.isNaN(wait)) return undefined
  return Math.min(maxMs, Math.max(0, wait))
}
