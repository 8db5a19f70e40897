/** Takes finished traces, encodes them at once, and has them delivered: bytes are the queue, and bounded in bytes. */

import { runDetached } from '../../core/detached-context'
import { reportFailure } from '../../core/fence'
import { log } from '../../core/log'
import { type AgentRequest, errorCode, type Transport } from '../../core/transport'
import { later } from '../../std/timer'
import type { LocalTrace, SpanRecord } from '../../trace/local-trace'
import type { Encoder } from '../encode/encoder'
import { V05_PATH } from '../encode/v05/payload'
import { AgentDelivery } from './agent-delivery'
import { type AgentInfo, AgentInfoSource } from './agent-info'
import type { ClientStats } from './client-stats'
import { DeliveryCounts, type DropReason } from './delivery-counts'
import type { Exporter, FlushResult, Unsent } from './exporter'
import { dropRest, type FlushParts, flushQueue } from './flush'
import { type Entry, PayloadQueue } from './queue'
import type { Rates } from './responses'
import { traceHeaders } from './trace-headers'

/** A new, empty encoder. */
export type EncoderFactory = () => Encoder

export interface WriterOptions {
  transport: Transport
  encoders: { v04: EncoderFactory; v05: EncoderFactory }
  /** `0.5` is used when the agent offers it. Default `0.4`. */
  protocolVersion?: '0.4' | '0.5'
  /** Longest time a trace waits; 0 sends each as it ends. Default 2000. */
  flushIntervalMs?: number
  /** What `identityHeaders` makes. */
  headers?: Readonly<Record<string, string>>
  /** Statistics that the tracer computes itself. */
  stats?: ClientStats
  /** Told the sampling rates that the agent asks for. */
  onRates?: (rates: Rates) => void
  /** Told what the agent says about itself, each time that it does. */
  onInfo?: (info: AgentInfo) => void
  /** A payload of so many bytes leaves before its time. Default 1 MiB: copying more at once is felt in the event loop. */
  softLimitBytes?: number
  /** All that waits, is being sent or is being filled; beyond it the oldest payload is lost. Default 16 MiB. */
  queueLimitBytes?: number
  /** In [0, 1), for tests. */
  random?: () => number
}

const MIB = 1024 * 1024
/** However small the bodies are that an agent takes: more requests than this makes would cost more than they save. */
const LEAST_SOFT_LIMIT = 16 * 1024
const FLUSH_TIMEOUT_MS = 5000
const SHUTDOWN_TIMEOUT_MS = 1000

export class AgentWriter implements Exporter {
  readonly #transport: Transport
  readonly #encoders: WriterOptions['encoders']
  readonly #headers: Readonly<Record<string, string>>
  readonly #flushIntervalMs: number
  readonly #queue: PayloadQueue
  readonly #counts = new DeliveryCounts()
  readonly #stats: ClientStats | undefined
  readonly #info: AgentInfoSource
  readonly #delivery: AgentDelivery
  readonly #flushParts: FlushParts
  #encoder: Encoder
  #softLimitBytes: number
  /** The timer for what is in the encoder runs. */
  #isArmed = false
  /** It has run out while a payload was under way. */
  #isDue = false
  #closing: Promise<FlushResult> | undefined

  constructor(options: WriterOptions) {
    this.#transport = options.transport
    this.#encoders = options.encoders
    this.#headers = options.headers ?? {}
    this.#flushIntervalMs = options.flushIntervalMs ?? 2000
    this.#stats = options.stats
    this.#softLimitBytes = options.softLimitBytes ?? MIB
    this.#queue = new PayloadQueue(options.queueLimitBytes ?? 16 * MIB)
    this.#encoder = options.protocolVersion === '0.5' ? options.encoders.v05() : options.encoders.v04()
    this.#info = new AgentInfoSource(this.#transport, info => {
      if (info.maxRequestBytes !== undefined) this.#lowerSoftLimit(info.maxRequestBytes / 2)
      this.#tellStats(stats => stats.learn(info))
      options.onInfo?.(info)
    })
    this.#delivery = new AgentDelivery({
      queue: this.#queue,
      transport: this.#transport,
      info: this.#info,
      counts: this.#counts,
      headers: this.#headers,
      stats: this.#stats,
      onRates: options.onRates ?? (() => {}),
      refill: () => {
        if (this.#isDue) this.#cut()
      },
      useV04: () => this.#useV04(),
      onTooLarge: byteLength => this.#lowerSoftLimit(byteLength / 2),
      split: ({ payload }) => this.#encoder.split(payload),
      recycle: entry => this.#recycle(entry),
      random: options.random ?? Math.random,
    })
    this.#flushParts = { queue: this.#queue, sendLoop: this.#delivery.sendLoop, counts: this.#counts }
    if (this.#stats !== undefined) runDetached(() => setImmediate(this.#askForStats).unref())
  }

  /** Bytes that wait: queued, being sent, and being filled. */
  get byteLength(): number {
    return this.#queue.byteLength + this.#encoder.byteLength
  }

  /** What the agent said about itself; undefined before the first traces have left, and for agents without `/info`. */
  info(): AgentInfo | undefined {
    return this.#info.current
  }

  /** The same, asked for when it is not known; rejects like `Transport.request` when nobody answers. */
  async askInfo(): Promise<AgentInfo | undefined> {
    return this.#info.current ?? this.#info.fetch()
  }

  /** The tags of every span have changed: those that end from now on are encoded with the new ones. */
  renewEncoder(): void {
    const { v04, v05 } = this.#encoders
    this.#cut()
    this.#encoder = this.#encoder.path === V05_PATH ? v05() : v04()
  }

  add(trace: LocalTrace, spans: readonly SpanRecord[]): void {
    if (this.#closing !== undefined) {
      this.#counts.countDropped('shut down', 1, spans.length)
      return
    }
    try {
      if (!this.#encoder.add(trace, spans)) {
        this.#lose('too large', spans.length)
        return
      }
    } catch (error) {
      reportFailure('encoding a trace', error)
      this.#lose('not encodable', spans.length)
      return
    }
    if (this.#flushIntervalMs === 0 || this.#encoder.byteLength >= this.#softLimitBytes) this.#send()
    else if (!this.#isArmed && !this.#isDue) runDetached(this.#arm)
  }

  /**
   * Sends what there is, without waiting for a better time. Resolves, and never rejects, when it has left, when two
   * attempts have failed (the payload is kept), or after `timeoutMs` (default 5000).
   */
  flush(options?: { timeoutMs?: number }): Promise<FlushResult> {
    return this.#closing ?? this.#flush(options?.timeoutMs ?? FLUSH_TIMEOUT_MS)
  }

  /** Flushes, by default for at most a second, and drops what is left; later traces are lost. The transport stays open. */
  shutdown(options?: { timeoutMs?: number }): Promise<FlushResult> {
    this.#closing ??= this.#shutdown(options?.timeoutMs ?? SHUTDOWN_TIMEOUT_MS)
    return this.#closing
  }

  /** Sends to another agent from now on, also what waits. */
  setUrl(url: string): void {
    if (!this.#transport.setUrl(url)) {
      log.warn('agent url', 'setUrl() was called with an invalid url, which is not used')
      return
    }
    this.#info.reset()
    this.#tellStats(stats => stats.reset())
    this.#delivery.reset()
  }

  /** Takes out all that has not left, as requests: for a last attempt by other means when the process exits. */
  takeUnsent(): Unsent {
    this.#cut()
    let traceCount = 0
    let spanCount = 0
    const requests = this.#queue.clear().map(({ path, payload, isCounted }): AgentRequest => {
      traceCount += payload.traceCount
      spanCount += payload.spanCount
      const ofStats = this.#stats?.headers(isCounted)
      this.#stats?.accepted()
      const headers = traceHeaders(this.#headers, payload.traceCount, undefined, ofStats)
      return { method: 'PUT', path, headers, body: payload.body }
    })
    return { requests, traceCount, spanCount }
  }

  #flush(timeoutMs: number): Promise<FlushResult> {
    this.#cut()
    return flushQueue(this.#flushParts, timeoutMs)
  }

  async #shutdown(timeoutMs: number): Promise<FlushResult> {
    const flushed = await this.#flush(timeoutMs)
    return dropRest(this.#flushParts, flushed, () => this.takeUnsent(), `agent at ${this.#transport.url}`)
  }

  #send(): void {
    // Traces that come while a payload is under way make one payload, not one each.
    if (this.#flushParts.sendLoop.isRunning && this.#encoder.byteLength < this.#softLimitBytes) {
      this.#isDue = true
      return
    }
    this.#cut()
    this.#flushParts.sendLoop.start()
  }

  /** Soon: until then spans are counted without what only the agent knows. The first payload asks again if need be. */
  readonly #askForStats = (): void => {
    this.#stats?.settle(this.#info).catch(error => log.debug(() => `agent info: ${errorCode(error)}`))
  }

  readonly #arm = (): void => {
    this.#isArmed = true
    later(this.#onTimer, this.#flushIntervalMs)
  }

  readonly #onTimer = (): void => {
    this.#isArmed = false
    this.#send()
  }

  /** Queues what has been encoded, and makes room for as much again. */
  #cut(): void {
    this.#isDue = false
    const payload = this.#encoder.take()
    if (payload === undefined) return
    this.#queue.push(payload, this.#encoder.path, this.#stats?.isCounting)
    const evicted = this.#queue.evict(this.#softLimitBytes)
    for (const entry of evicted) {
      this.#counts.countDropped('queue full', entry.payload.traceCount, entry.payload.spanCount)
      this.#recycle(entry)
    }
    if (evicted.length > 0) this.#delivery.reportEviction()
  }

  /** A payload holds no traces from before and after: each knows whether its traces count. */
  #tellStats(tell: (stats: ClientStats) => void): void {
    if (this.#stats === undefined) return
    this.#cut()
    tell(this.#stats)
  }

  #recycle({ path, payload }: Entry): void {
    if (this.#encoder.path === path) this.#encoder.recycle(payload.body)
  }

  #useV04(): void {
    this.#cut()
    this.#encoder = this.#encoders.v04()
  }

  #lowerSoftLimit(bytes: number): void {
    this.#softLimitBytes = Math.max(LEAST_SOFT_LIMIT, Math.min(this.#softLimitBytes, Math.floor(bytes)))
  }

  #lose(reason: DropReason, spanCount: number): void {
    this.#counts.countDropped(reason, 1, spanCount)
    log.warn(`trace ${reason}`, () => `a trace of ${spanCount} spans is lost: ${reason}`)
  }
}
