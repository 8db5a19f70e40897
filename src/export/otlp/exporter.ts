/** Takes finished traces, encodes them at once, and has them delivered to a collector: bytes are the queue. */

import { log } from '../../core/log'
import { outside } from '../../core/outside'
import type { Transport } from '../../core/transport'
import { later } from '../../std/timer'
import type { LocalTrace } from '../../trace/local-trace'
import type { Span } from '../../trace/span'
import { dropRest, flushQueue, type Leaving } from '../ending'
import type { Exporter, FlushResult, Unsent } from '../exporter'
import { PayloadQueue } from '../queue'
import { Tally } from '../tally'
import { Batch } from './batch'
import { endpointAt } from './collector'
import { Delivery } from './delivery'
import type { Format, ResourceAttributes, Scope } from './output'

export interface OtlpOptions {
  /** To the origin of the collector. */
  transport: Transport
  /** Path there. */
  path: string
  format: Format
  scope: Scope
  /** Describes the process, as the sender of the spans of a service. */
  resource: (service: string) => ResourceAttributes
  /** The user's. */
  headers?: Readonly<Record<string, string>>
  compression?: 'none' | 'gzip'
  /** Of a request. Default 10,000. */
  timeoutMs?: number
  /** Longest time a span waits; 0 sends each trace as it ends. Default 5000. */
  delayMs?: number
  /** Most spans in a request. Default 512. */
  batchSpans?: number
  /** Most spans that wait; default: as many as memory is granted to. */
  queueSpans?: number
  /** A request of so many bytes leaves before its time. Default 1 MiB. */
  batchBytes?: number
  /** All that waits, is being sent or is being filled; beyond it the oldest is lost. Default 16 MiB. */
  queueBytes?: number
  /** In [0, 1), for tests. */
  random?: () => number
}

const MIB = 1024 * 1024
const FLUSH_TIMEOUT_MS = 5000
const SHUTDOWN_TIMEOUT_MS = 1000

export class OtlpExporter implements Exporter {
  readonly #transport: Transport
  readonly #queue: PayloadQueue
  readonly #tally = new Tally()
  readonly #batch: Batch
  readonly #delivery: Delivery
  readonly #leaving: Leaving
  readonly #delayMs: number
  readonly #batchBytes: number
  /** The timer for what is in the batch runs. */
  #isArmed = false
  /** It has run out while a request was under way. */
  #isDue = false
  #closing: Promise<FlushResult> | undefined

  constructor(options: OtlpOptions) {
    const { transport, format, resource, compression = 'none', queueSpans } = options
    this.#transport = transport
    this.#delayMs = options.delayMs ?? 5000
    this.#batchBytes = options.batchBytes ?? MIB
    this.#queue = new PayloadQueue(options.queueBytes ?? 16 * MIB, queueSpans)
    this.#batch = new Batch({
      format,
      scope: options.scope,
      resource: service => format.resource(resource(service)),
      onFull: () => this.#send(),
      maxSpans: Math.min(options.batchSpans ?? 512, queueSpans ?? Number.POSITIVE_INFINITY),
      maxBytes: this.#batchBytes,
    })
    this.#delivery = new Delivery({
      queue: this.#queue,
      transport,
      tally: this.#tally,
      path: options.path,
      headers: { ...options.headers, 'content-type': format.contentType },
      timeoutMs: options.timeoutMs ?? 10_000,
      compression,
      refill: () => {
        if (this.#isDue) this.#cut()
      },
      random: options.random ?? Math.random,
    })
    this.#leaving = { queue: this.#queue, courier: this.#delivery.courier, tally: this.#tally }
  }

  get byteLength(): number {
    return this.#queue.byteLength + this.#batch.byteLength
  }

  add(trace: LocalTrace, spans: readonly Span[]): void {
    if (this.#closing !== undefined) {
      this.#tally.countDropped('shut down', 1, spans.length)
      return
    }
    const failures = this.#batch.add(trace, spans)
    if (failures > 0) this.#tally.countDropped('not encodable', failures === spans.length ? 1 : 0, failures)
    if (this.#batch.byteLength === 0) return
    if (this.#delayMs === 0) this.#flushSoon()
    else if (!this.#isArmed && !this.#isDue) outside(this.#arm)
  }

  flush(options?: { timeoutMs?: number }): Promise<FlushResult> {
    return this.#closing ?? this.#flush(options?.timeoutMs ?? FLUSH_TIMEOUT_MS)
  }

  shutdown(options?: { timeoutMs?: number }): Promise<FlushResult> {
    this.#closing ??= this.#shutdown(options?.timeoutMs ?? SHUTDOWN_TIMEOUT_MS)
    return this.#closing
  }

  setUrl(url: string): void {
    const endpoint = endpointAt(url)
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
    return flushQueue(this.#leaving, timeoutMs)
  }

  async #shutdown(timeoutMs: number): Promise<FlushResult> {
    const flushed = await this.#flush(timeoutMs)
    return dropRest(this.#leaving, flushed, () => this.takeUnsent(), `collector at ${this.#transport.url}`)
  }

  /** What comes while a request is under way makes one more, not one each. */
  #flushSoon(): void {
    if (this.#delivery.courier.isRunning) this.#isDue = true
    else this.#send()
  }

  #send(): void {
    this.#cut()
    this.#delivery.courier.start()
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
      this.#tally.countDropped('queue full', lost.traceCount, lost.spanCount)
    }
    if (evicted.length > 0) this.#delivery.reportEviction()
  }
}
