/** Empties a queue: one payload after the other, one request at a time. What a request leads to is its owner's matter. */

import { runDetached } from '../../core/detached-context'
import { reportFailure } from '../../core/fence'
import { Pause } from './cancellable-wait'
import { Flushes } from './flushes'
import type { Entry, PayloadQueue } from './queue'

export interface Errands {
  /** The queue has run empty: the place to push what is due. */
  refill(): void
  /** ms to wait before the next attempt; 0 when this one got somewhere. */
  attempt(entry: Entry): Promise<number>
  /** An attempt threw: a defect of ours, which must not stop those behind it. */
  fail(entry: Entry): void
}

export class Courier {
  readonly flushes = new Flushes()
  readonly #queue: PayloadQueue
  readonly #errands: Errands
  readonly #pause = new Pause()
  #isRunning = false
  #isStopped = false

  constructor(queue: PayloadQueue, errands: Errands) {
    this.#queue = queue
    this.#errands = errands
  }

  /** Whether a payload is being sent, or waits for the next attempt. */
  get isRunning(): boolean {
    return this.#isRunning
  }

  start(): void {
    if (this.#isRunning || this.#isStopped) return
    this.#isRunning = true
    runDetached(() => this.#run())
  }

  /** The next attempt happens now, not after the wait. */
  hurry(): void {
    this.#pause.end()
  }

  stop(): void {
    this.#isStopped = true
    this.hurry()
  }

  async #run(): Promise<void> {
    for (let entry = this.#next(); entry !== undefined; entry = this.#next()) {
      let waitMs = 0
      try {
        waitMs = await this.#errands.attempt(entry)
      } catch (error) {
        reportFailure('delivery', error)
        this.#errands.fail(entry)
      }
      this.flushes.progressed(this.#queue.first?.order)
      if (waitMs > 0) {
        this.flushes.attemptFailed()
        if (this.flushes.isEmpty) await this.#pause.wait(waitMs)
      }
    }
    this.#isRunning = false
    this.flushes.progressed(undefined)
  }

  #next(): Entry | undefined {
    if (this.#isStopped) return undefined
    if (this.#queue.first === undefined) this.#errands.refill()
    return this.#queue.first
  }
}
