/** How long to wait before the next attempt. */

/** The first and the longest wait between attempts. */
export interface Backoff {
  firstMs: number
  maxMs: number
}

/** The agent is on the same machine or pod: it is back within seconds, and a refused connection costs little. */
export const UNREACHABLE: Backoff = { firstMs: 100, maxMs: 10_000 }
/** An overloaded agent needs more time. */
export const OVERLOADED: Backoff = { firstMs: 1000, maxMs: 10_000 }

/** Longest wait that an agent may ask for; after a longer one the next attempt is made nevertheless. */
const MAX_RETRY_AFTER_MS = 30_000

/**
 * Returns the ms to wait before attempt `failures + 1`. The wait doubles with each failure, and is between a half
 * and the whole of that, so that many processes do not come back in step. `random` is in [0, 1).
 */
export function backoffMs(failures: number, { firstMs, maxMs }: Backoff, random: number): number {
  const whole = Math.min(maxMs, firstMs * 2 ** Math.min(30, Math.max(0, failures - 1)))
  return Math.round(whole / 2 + (whole / 2) * random)
}

/**
 * Returns the ms that a `Retry-After` header asks for, in seconds or as an HTTP date; at most `maxMs`. Undefined when
 * there is no header, or it cannot be read.
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
