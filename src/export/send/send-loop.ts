/** Empties a queue: one payload after the other, one request at a time. What a request leads to is its owner's matter. */

import { runDetached } from '../../core/detached-context'
import { reportFailure } from '../../core/fence'
import { CancellableWait } from './cancellable-wait'
import { Flushes } from './flushes'
import type { Entry, PayloadQueue } from './queue'

export interface SendHandlers {
  /** The queue has run empty: the place to push what is due. */
  refill(): void
  /** ms to wait before the next attempt; 0 when this one got somewhere. */
  attempt(entry: Entry): Promise<number>
  /** An attempt threw: a defect of ours, which must not stop those behind it. */
  fail(entry: Entry): void
}

export class SendLoop {
  readonly flushes = new Flushes()
  readonly #queue: PayloadQueue
  readonly #handlers: SendHandlers
  readonly #wait = new CancellableWait()
  #isRunning = false
  #isStopped = false

  constructor(queue: PayloadQueue, handlers: SendHandlers) {
    this.#queue = queue
    this.#handlers = handlers
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
    this.#wait.end()
  }

  stop(): void {
    this.#isStopped = true
    this.hurry()
  }

  async #run(): Promise<void> {
    for (let entry = this.#next(); entry !== undefined; entry = this.#next()) {
      let waitMs = 0
      try {
        waitMs = await this.#handlers.attempt(entry)
      } catch (error) {
        reportFailure('delivery', error)
        this.#handlers.fail(entry)
      }
      this.flushes.progressed(this.#queue.first?.order)
      if (waitMs > 0) {
        this.flushes.attemptFailed()
        if (this.flushes.isEmpty) await this.#wait.wait(waitMs)
      }
    }
    this.#isRunning = false
    this.flushes.progressed(undefined)
  }

  #next(): Entry | undefined {
    if (this.#isStopped) return undefined
    if (this.#queue.first === undefined) this.#handlers.refill()
    return this.#queue.first
  }
}
