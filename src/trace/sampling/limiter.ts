/** Limits the traces of a second, counted in fixed windows of one second. */

const WINDOW_MS = 1000

/** Lets at most `limit` traces, or spans, of each second pass. */
export class RateLimiter {
  readonly #limit: number
  readonly #nowMs: () => number
  #window = Number.NaN
  #allowed = 0
  #requested = 0
  #allowedBefore = 0
  #requestedBefore = 0

  /** `limit`: traces a second; negative = no limit, 0 = none pass. `nowMs`: a monotonic clock. */
  constructor(limit: number, nowMs: () => number = () => performance.now()) {
    this.#limit = limit
    this.#nowMs = nowMs
  }

  /** Returns whether one more may pass now, and counts it as requested either way. */
  allow(): boolean {
    if (this.#limit < 0) return true
    this.#turn()
    this.#requested++
    if (this.#allowed >= this.#limit) return false
    this.#allowed++
    return true
  }

  /** Share of requests that passed in this window and the one before (`_dd.limit_psr`); 1 without requests. */
  get effectiveRate(): number {
    const requested = this.#requested + this.#requestedBefore
    return requested === 0 ? 1 : (this.#allowed + this.#allowedBefore) / requested
  }

  #turn(): void {
    const window = Math.floor(this.#nowMs() / WINDOW_MS)
    if (window === this.#window) return
    const follows = window === this.#window + 1
    this.#allowedBefore = follows ? this.#allowed : 0
    this.#requestedBefore = follows ? this.#requested : 0
    this.#allowed = this.#requested = 0
    this.#window = window
  }
}
