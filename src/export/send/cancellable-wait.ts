/** A wait that can be cut short. */

import { later } from '../../std/timer'

export class CancellableWait {
  #wake: (() => void) | undefined

  /** Resolves after `delayMs`, or at `end()`. */
  wait(delayMs: number): Promise<void> {
    return new Promise(resolve => {
      const timer = later(() => this.end(), delayMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Ends the wait, if there is one. */
  end(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}
