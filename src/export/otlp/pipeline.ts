/** From a batch of any signal to the collector: when requests leave, what waits meanwhile, and how it ends. */

import { runDetached } from '../../core/detached-context'
import { log } from '../../core/log'
import type { Transport } from '../../core/transport'
import { later } from '../../std/timer'
import type { Payload } from '../encode/encoder'
import type { DeliveryCounts } from '../send/delivery-counts'
import type { FlushResult, Unsent } from '../send/exporter'
import { dropRest, type FlushParts, flushQueue } from '../send/flush'
import { PayloadQueue } from '../send/queue'
import { endpointAt, type Signal } from './collector'
import { OtlpDelivery } from './delivery'

export interface OtlpPipelineOptions {
  /** To the origin of the collector. */
  transport: Transport
  /** Path there. */
  path: string
  /** The user's. */
  headers?: Readonly<Record<string, string>>
  compression?: 'none' | 'gzip'
  /** Of a request. Default 10,000. */
  timeoutMs?: number
  /** Longest time that something waits; 0 sends each addition at once. Default 5000. */
  delayMs?: number
  /** Most spans, or records, that wait; default: as many as memory is granted to. */
  queueSpans?: number
  /** A request of so many bytes leaves before its time. Default 1 MiB. */
  batchBytes?: number
  /** All that waits, is being sent or is being filled; beyond it the oldest is lost. Default 16 MiB. */
  queueBytes?: number
  /** In [0, 1), for tests. */
  random?: () => number
}

/** What is being filled. */
export interface Filling {
  readonly byteLength: number
  take(): Payload | undefined
}

const MIB = 1024 * 1024
export const BATCH_BYTES = MIB
const FLUSH_TIMEOUT_MS = 5000
const SHUTDOWN_TIMEOUT_MS = 1000

export class OtlpPipeline {
  readonly #batchBytes: number
  readonly #transport: Transport
  readonly #signal: Signal
  readonly #queue: PayloadQueue
  readonly #counts: DeliveryCounts
  readonly #batch: Filling
  readonly #delivery: OtlpDelivery
  readonly #flushParts: FlushParts
  readonly #delayMs: number
  /** The timer for what is in the batch runs. */
  #isArmed = false
  /** It has run out while a request was under way. */
  #isDue = false
  #closing: Promise<FlushResult> | undefined

  constructor(
    options: OtlpPipelineOptions,
    signal: Signal,
    contentType: string,
    counts: DeliveryCounts,
    batch: Filling,
  ) {
    const { transport, compression = 'none' } = options
    this.#transport = transport
    this.#signal = signal
    this.#counts = counts
    this.#batch = batch
    this.#delayMs = options.delayMs ?? 5000
    this.#batchBytes = options.batchBytes ?? BATCH_BYTES
    this.#queue = new PayloadQueue(options.queueBytes ?? 16 * MIB, options.queueSpans)
    this.#delivery = new OtlpDelivery({
      queue: this.#queue,
      transport,
      counts,
      path: options.path,
      headers: { ...options.headers, 'content-type': contentType },
      timeoutMs: options.timeoutMs ?? 10_000,
      compression,
      refill: () => {
        if (this.#isDue) this.#cut()
      },
      random: options.random ?? Math.random,
    })
    this.#flushParts = { queue: this.#queue, sendLoop: this.#delivery.sendLoop, counts }
  }

  get byteLength(): number {
    return this.#queue.byteLength + this.#batch.byteLength
  }

  /** Nothing is taken any more. */
  get isClosing(): boolean {
    return this.#closing !== undefined
  }

  /** Something was added to the batch. */
  added(): void {
    if (this.#batch.byteLength === 0) return
    if (this.#delayMs === 0) this.#flushSoon()
    else if (!this.#isArmed && !this.#isDue) runDetached(this.#arm)
  }

  /** The batch is full. */
  send(): void {
    this.#cut()
    this.#delivery.sendLoop.start()
  }

  flush(timeoutMs = FLUSH_TIMEOUT_MS): Promise<FlushResult> {
    return this.#closing ?? this.#flush(timeoutMs)
  }

  shutdown(timeoutMs = SHUTDOWN_TIMEOUT_MS): Promise<FlushResult> {
    this.#closing ??= this.#shutdown(timeoutMs)
    return this.#closing
  }

  setUrl(url: string): void {
    const endpoint = endpointAt(url, this.#signal)
    if (endpoint === undefined || !this.#transport.setUrl(endpoint.origin)) {
      log.warn('collector url', 'setUrl() was called with an invalid url, which is not used')
      return
    }
    this.#delivery.redirect(endpoint.path)
  }

  takeUnsent(): Unsent {
    this.#cut()
    const entries = this.#queue.clear()
    let traceCount = 0
    let spanCount = 0
    for (const { payload } of entries) {
      traceCount += payload.traceCount
      spanCount += payload.spanCount
    }
    return { requests: entries.map(entry => this.#delivery.requestOf(entry)), traceCount, spanCount }
  }

  #flush(timeoutMs: number): Promise<FlushResult> {
    this.#cut()
    return flushQueue(this.#flushParts, timeoutMs)
  }

  async #shutdown(timeoutMs: number): Promise<FlushResult> {
    const flushed = await this.#flush(timeoutMs)
    return dropRest(this.#flushParts, flushed, () => this.takeUnsent(), `collector at ${this.#transport.url}`)
  }

  /** What comes while a request is under way makes one more, not one each. */
  #flushSoon(): void {
    if (this.#delivery.sendLoop.isRunning) this.#isDue = true
    else this.send()
  }

  readonly #arm = (): void => {
    this.#isArmed = true
    later(this.#onTimer, this.#delayMs)
  }

  readonly #onTimer = (): void => {
    this.#isArmed = false
    this.#flushSoon()
  }

  /** Queues what has been encoded, and makes room for as much again. */
  #cut(): void {
    this.#isDue = false
    const payload = this.#batch.take()
    if (payload === undefined) return
    this.#queue.push(payload, this.#delivery.path)
    const evicted = this.#queue.evict(this.#batchBytes)
    for (const { payload: lost } of evicted) {
      this.#counts.countDropped('queue full', lost.traceCount, lost.spanCount)
    }
    if (evicted.length > 0) this.#delivery.reportEviction()
  }
}
