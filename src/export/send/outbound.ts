/**
 * The way from a batch that is being filled to its receiver, for traces and logs, agent and collector. It decides
 * when a payload leaves, what waits meanwhile, and what is lost. What waits is encoded already, and bounded in bytes.
 */

import { endsWithin } from '../../core/deadline'
import { runDetached } from '../../core/detached-context'
import type { FlushResult } from '../../core/flush-result'
import { log } from '../../core/log'
import type { AgentRequest, Transport } from '../../core/transport'
import { later } from '../../std/timer'
import type { Payload } from '../encode/encoder'
import type { Delivery } from './delivery'
import type { DeliveryCounts } from './delivery-counts'
import type { UnsentItems } from './exporter'
import { PayloadQueue } from './queue'
import { Reachability } from './reachability'
import { SendLoop } from './send-loop'

/** The part that is being filled: an encoder of traces, or a batch of OTLP. */
export interface Batch {
  /** Bytes that a payload taken now would have; 0 when nothing has been added. */
  readonly byteLength: number
  /** Returns the payload so far and starts anew; undefined when nothing has been added. */
  take(): Payload | undefined
  /** Gives a body back that nothing refers to any more, so that its memory can serve again. */
  recycle?(body: Uint8Array): void
}

/** Times and sizes of an `Outbound`. */
export interface OutboundLimits {
  /** Longest time that an addition waits, in ms; 0 sends each at once. */
  delayMs: number
  /** A payload of so many bytes leaves before its time. */
  batchBytes: number
  /** Most bytes that wait, are being sent or are being filled; beyond it the oldest payload is lost. Default 16 MiB. */
  queueBytes?: number
  /** Most spans, or records, that wait. Default: as many as `queueBytes` allows. */
  queueSpans?: number
  /** Random number in [0, 1) for the waits between attempts. Default `Math.random`; tests give another. */
  random?: () => number
  /** Starts the timer of the wait between two attempts. Default `later`; tests give another. */
  startTimer?: typeof later
}

/** Bytes of a mebibyte. */
export const MIB = 1024 * 1024
/** However small the bodies are that an agent takes: more requests than this makes would cost more than they save. */
const LEAST_BATCH_BYTES = 16 * 1024
const FLUSH_TIMEOUT_MS = 5000
const SHUTDOWN_TIMEOUT_MS = 1000

/** Sends what is added to `batch`. */
export class Outbound<Filling extends Batch, Label> {
  /** Replaced only after `cut()`. */
  batch: Filling
  readonly counts: DeliveryCounts
  readonly #delivery: Delivery<Label>
  readonly #transport: Transport
  readonly #queue: PayloadQueue<Label>
  readonly #reachability: Reachability
  readonly #loop: SendLoop<Label>
  readonly #delayMs: number
  #batchBytes: number
  /** Whether the timer of the batch runs. */
  #isArmed = false
  /** Whether the timer has run out while a payload was under way. */
  #isDue = false
  #closing: Promise<FlushResult> | undefined

  constructor(
    batch: Filling,
    delivery: Delivery<Label>,
    transport: Transport,
    counts: DeliveryCounts,
    limits: OutboundLimits,
  ) {
    const { delayMs, batchBytes, queueBytes = 16 * MIB, queueSpans } = limits
    const { random = Math.random, startTimer = later } = limits
    this.batch = batch
    this.counts = counts
    this.#delivery = delivery
    this.#transport = transport
    this.#delayMs = delayMs
    this.#batchBytes = batchBytes
    const queue = new PayloadQueue<Label>(queueBytes, queueSpans)
    const reachability = new Reachability(transport, counts, random, delivery.receiver)
    this.#queue = queue
    this.#reachability = reachability
    const refill = (): void => {
      if (this.#isDue) this.cut()
    }
    const onSent = ({ body }: Payload): void => this.batch.recycle?.(body)
    this.#loop = new SendLoop({
      queue,
      delivery,
      transport,
      counts,
      reachability,
      startTimer,
      refill,
      onSent,
    })
  }

  /** Bytes that wait: queued, being sent, and being filled. */
  get byteLength(): number {
    return this.#queue.byteLength + this.batch.byteLength
  }

  /** Whether `shutdown()` was called: nothing is taken any more. */
  get isClosing(): boolean {
    return this.#closing !== undefined
  }

  /** To be called after each addition to the batch. */
  added(): void {
    const { byteLength } = this.batch
    if (byteLength === 0) return
    if (this.#delayMs === 0 || byteLength >= this.#batchBytes) this.#sendDue()
    else if (!this.#isArmed && !this.#isDue) runDetached(this.#arm)
  }

  /** Sends the batch now, because it is full. */
  send(): void {
    this.cut()
    this.#loop.start()
  }

  /** Queues the batch as a payload, and makes room for as much again. */
  cut(): void {
    this.#isDue = false
    const payload = this.batch.take()
    if (payload === undefined) return
    this.#queue.push(payload, this.#delivery.label())
    const evicted = this.#queue.evict(this.#batchBytes)
    for (const entry of evicted) {
      this.counts.countDropped('queue full', entry.payload.traceCount, entry.payload.spanCount)
      this.batch.recycle?.(entry.payload.body)
    }
    if (evicted.length > 0) this.#reportEviction()
  }

  /** Payloads leave at so many bytes from now on, if that is less than before; at no less than 16 KiB. */
  lowerBatchBytes(bytes: number): void {
    this.#batchBytes = Math.max(LEAST_BATCH_BYTES, Math.min(this.#batchBytes, Math.floor(bytes)))
  }

  /** To be called when the transport leads to another receiver. */
  redirected(): void {
    this.#reachability.reset()
    this.#loop.hurry()
  }

  flush(timeoutMs = FLUSH_TIMEOUT_MS): Promise<FlushResult> {
    return this.#closing ?? this.#flush(timeoutMs)
  }

  shutdown(timeoutMs = SHUTDOWN_TIMEOUT_MS): Promise<FlushResult> {
    this.#closing ??= this.#shutdown(timeoutMs)
    return this.#closing
  }

  takeUnsent(): UnsentItems {
    this.cut()
    const requests: AgentRequest[] = []
    let traceCount = 0
    let itemCount = 0
    for (const entry of this.#queue.clear()) {
      traceCount += entry.payload.traceCount
      itemCount += entry.payload.spanCount
      requests.push(this.#delivery.lastRequest(entry))
    }
    return { url: this.#transport.url, requests, traceCount, itemCount }
  }

  async #flush(timeoutMs: number): Promise<FlushResult> {
    this.cut()
    let timedOut = false
    if (this.#queue.size > 0) {
      const left = this.#loop.flushes.wait(this.#queue.lastOrder)
      this.#loop.start()
      this.#loop.hurry()
      timedOut = !(await endsWithin(left, timeoutMs))
    }
    return { ...this.counts.takeNews(), timedOut }
  }

  async #shutdown(timeoutMs: number): Promise<FlushResult> {
    const { sent, dropped, timedOut } = await this.#flush(timeoutMs)
    this.#loop.stop()
    const { traceCount, itemCount } = this.takeUnsent()
    if (traceCount > 0) {
      this.counts.countDropped('shut down', traceCount, itemCount)
      const receiver = `${this.#delivery.receiver} at ${this.#transport.url}`
      log.warn(
        'shut down',
        `${traceCount} ${this.counts.what} are lost: ${receiver} did not take them in time`,
      )
    }
    const late = this.counts.takeNews()
    return { sent: sent + late.sent, dropped: dropped + late.dropped, timedOut }
  }

  /** Sends the batch. Small additions while a payload is under way make one payload, not one each. */
  #sendDue(): void {
    if (this.#loop.isRunning && this.batch.byteLength < this.#batchBytes) this.#isDue = true
    else this.send()
  }

  readonly #arm = (): void => {
    this.#isArmed = true
    later(this.#onTimer, this.#delayMs)
  }

  readonly #onTimer = (): void => {
    this.#isArmed = false
    this.#sendDue()
  }

  #reportEviction(): void {
    if (this.#reachability.isLost) {
      this.#reachability.warn()
      return
    }
    const waitingKib = Math.round(this.#queue.byteLength / 1024)
    log.warn('queue full', () => {
      const receiver = `${this.#delivery.receiver} at ${this.#transport.url}`
      return `${waitingKib} KiB wait for ${receiver}; ${this.counts.losses}`
    })
  }
}
