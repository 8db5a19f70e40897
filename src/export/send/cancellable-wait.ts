/** A wait that can be ended before its time. */

import { later } from '../../std/timer'

/** One wait at a time. */
export class CancellableWait {
  readonly #later: typeof later
  #wake: (() => void) | undefined

  /** `startTimer`: in place of `later`, for tests. */
  constructor(startTimer: typeof later = later) {
    this.#later = startTimer
  }

  /** Resolves after `delayMs`, or when `end` is called. */
  wait(delayMs: number): Promise<void> {
    return new Promise(resolve => {
      const timer = this.#later(() => this.end(), delayMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Ends the wait, if one is under way. */
  end(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}
