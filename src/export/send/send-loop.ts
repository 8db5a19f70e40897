/** Sends the payloads of a queue one at a time, in order, and does what `Delivery` says about each answer. */

import { runDetached } from '../../core/detached-context'
import type { AgentResponse } from '../../core/exchange'
import { reportFailure } from '../../core/fence'
import { log } from '../../core/log'
import { countResponse } from '../../core/tracer-counters'
import type { Transport } from '../../core/transport'
import type { later } from '../../std/timer'
import type { Payload } from '../encode/encoder'
import { CancellableWait } from './cancellable-wait'
import type { Delivery, Outcome } from './delivery'
import type { DeliveryCounts, DropReason } from './delivery-counts'
import { Flushes } from './flushes'
import type { Entry, PayloadQueue } from './queue'
import type { Reachability } from './reachability'

/** What a `SendLoop` works with. */
export interface SendLoopParts<Label> {
  queue: PayloadQueue<Label>
  delivery: Delivery<Label>
  transport: Transport
  counts: DeliveryCounts
  reachability: Reachability
  /** Starts the timer of the wait between two attempts. */
  startTimer: typeof later
  /** Called when the queue has run empty: the time to push what is due. */
  refill: () => void
  /** Told each payload that the receiver has taken. */
  onSent: (payload: Payload) => void
}

/** Runs while the queue has payloads. */
export class SendLoop<Label> {
  readonly flushes = new Flushes()
  readonly #parts: SendLoopParts<Label>
  readonly #wait: CancellableWait
  #isRunning = false
  #isStopped = false

  constructor(parts: SendLoopParts<Label>) {
    this.#parts = parts
    this.#wait = new CancellableWait(parts.startTimer)
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

  /** Makes the next attempt now instead of after the wait. */
  hurry(): void {
    this.#wait.end()
  }

  stop(): void {
    this.#isStopped = true
    this.hurry()
  }

  async #run(): Promise<void> {
    const { queue } = this.#parts
    for (let entry = this.#next(); entry !== undefined; entry = this.#next()) {
      let waitMs = 0
      try {
        waitMs = await this.#attempt(entry)
      } catch (error) {
        // A defect of the tracer, which must not stop the payloads behind this one.
        reportFailure('delivery', error)
        this.#drop(entry, 'not encodable')
      }
      this.flushes.progressed(queue.first?.order)
      if (waitMs > 0) {
        this.flushes.attemptFailed()
        if (this.flushes.isEmpty) await this.#wait.wait(waitMs)
      }
    }
    this.#isRunning = false
    this.flushes.progressed(undefined)
  }

  #next(): Entry<Label> | undefined {
    if (this.#isStopped) return undefined
    const { queue, refill } = this.#parts
    if (queue.first === undefined) refill()
    return queue.first
  }

  /** Returns the ms to wait before the next attempt; 0 when this one got somewhere. */
  async #attempt(entry: Entry<Label>): Promise<number> {
    const { queue, delivery, reachability } = this.#parts
    const other = delivery.convert?.(entry)
    if (other !== undefined) {
      queue.replaceFirst(other.payloads, other.label)
      return 0
    }
    let response: AgentResponse
    try {
      const missing = delivery.prepare?.(entry)
      if (missing !== undefined) {
        await missing
        return 0
      }
      response = await this.#send(entry)
    } catch (error) {
      return reachability.failed(error)
    }
    countResponse(response.status)
    reachability.reached()
    // After a shutdown meanwhile, this payload is out of the queue and has been counted as lost.
    const waitMs = queue.first === entry ? this.#settle(entry, response) : 0
    delivery.answered?.(response)
    return waitMs
  }

  async #send(entry: Entry<Label>): Promise<AgentResponse> {
    const { queue, delivery } = this.#parts
    queue.isFirstInFlight = true
    try {
      return await delivery.send(entry)
    } finally {
      queue.isFirstInFlight = false
    }
  }

  #settle(entry: Entry<Label>, response: AgentResponse): number {
    const { queue, delivery, counts, onSent } = this.#parts
    const outcome: Outcome<Label> = delivery.outcomeOf(entry, response)
    switch (outcome.kind) {
      case 'accepted':
        queue.shift()
        counts.countSent(entry.payload)
        onSent(entry.payload)
        return 0
      case 'retry':
        if (++entry.refusals < outcome.attempts) return Math.max(1, outcome.waitMs)
        this.#refuse(entry, 'overloaded', response)
        return 0
      case 'refused':
        this.#refuse(entry, outcome.reason, response)
        return 0
      case 'replaced':
        queue.replaceFirst(outcome.payloads, outcome.label)
        return 0
      case 'unchanged':
        return 0
    }
  }

  #refuse(entry: Entry<Label>, reason: DropReason, response: AgentResponse): void {
    const { delivery, transport, counts } = this.#parts
    const { receiver } = delivery
    this.#drop(entry, reason)
    const said = delivery.refusalOf(response)
    const answer = said === '' ? `${response.status}` : `${response.status} (${said})`
    log.warn(
      `${receiver} answers ${response.status}`,
      () => `${receiver} at ${transport.url} answers ${answer}; ${counts.losses}`,
    )
  }

  #drop(entry: Entry<Label>, reason: DropReason): void {
    const { queue, counts } = this.#parts
    if (queue.first !== entry) return
    queue.shift()
    counts.countDropped(reason, entry.payload.traceCount, entry.payload.spanCount)
  }
}
