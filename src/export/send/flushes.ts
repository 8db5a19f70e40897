/** Calls of `flush()` that are waiting: until all they asked for has left, or until it turns out that it cannot. */

interface Waiter {
  /** Order of the last payload that the call waits for. */
  order: number
  attemptsLeft: number
  resolve: () => void
}

/**
 * The first attempt may fail because the agent closed an idle connection; a second failure means that it is not
 * there.
 */
const ATTEMPTS = 2

/** The waiting calls of `flush()` of one queue. */
export class Flushes {
  #waiters: Waiter[] = []

  get isEmpty(): boolean {
    return this.#waiters.length === 0
  }

  /** Resolves when every payload up to `order` has left the queue, or two attempts have failed. */
  wait(order: number): Promise<void> {
    return new Promise(resolve => this.#waiters.push({ order, attemptsLeft: ATTEMPTS, resolve }))
  }

  /**
   * To be told after each attempt. `firstOrder`: order of the oldest payload in the queue, undefined when it is
   * empty.
   */
  progressed(firstOrder: number | undefined): void {
    this.#release(waiter => firstOrder === undefined || waiter.order < firstOrder)
  }

  /** To be told each attempt after which the payload stays in the queue. */
  attemptFailed(): void {
    this.#release(waiter => --waiter.attemptsLeft <= 0)
  }

  #release(isDone: (waiter: Waiter) => boolean): void {
    if (this.#waiters.length === 0) return
    const waiting: Waiter[] = []
    for (const waiter of this.#waiters) {
      if (isDone(waiter)) waiter.resolve()
      else waiting.push(waiter)
    }
    this.#waiters = waiting
  }
}
