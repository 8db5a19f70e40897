/** The writer of traces to the agent: finished traces are encoded at once, in the format that the agent takes. */

import { reportFailure } from '../../core/fence'
import type { FlushResult } from '../../core/flush-result'
import { log } from '../../core/log'
import type { AgentInfo } from '../../core/signal'
import type { LocalTrace, SpanRecord } from '../../trace/local-trace'
import type { Encoder } from '../encode/encoder'
import { FORMATS, formatOf, type TraceFormat } from '../encode/formats'
import { AgentDelivery, type TraceLabel } from './agent-delivery'
import { DeliveryCounts, type DropReason } from './delivery-counts'
import type { Exporter, UnsentItems } from './exporter'
import { MIB, Outbound } from './outbound'
import type { WriterOptions } from './writer-options'

/** A payload of so many bytes leaves before its time: to copy more at once delays the event loop noticeably. */
const BATCH_BYTES = MIB

/** The signal of traces if they go to the agent. */
export class AgentWriter implements Exporter {
  readonly lane = 'agent'
  readonly items = 'spans'
  readonly #options: WriterOptions
  readonly #delivery: AgentDelivery
  readonly #outbound: Outbound<Encoder, TraceLabel>
  /** The format that traces are encoded in now. */
  #format: TraceFormat

  constructor(options: WriterOptions) {
    const { transport, formats = FORMATS, delayMs = 2000, batchBytes = BATCH_BYTES } = options
    this.#options = options
    this.#format = formatOf(formats, options.protocolVersion ?? '0.4')
    this.#delivery = new AgentDelivery({
      ...options,
      formats,
      format: () => this.#format,
      useFormat: format => this.#use(format),
      cut: () => this.#outbound.cut(),
      lowerBatchBytes: bytes => this.#outbound.lowerBatchBytes(bytes),
    })
    const limits = { ...options, delayMs, batchBytes }
    this.#outbound = new Outbound(this.#newEncoder(), this.#delivery, transport, new DeliveryCounts(), limits)
  }

  get url(): string {
    return this.#options.transport.url
  }

  get isPending(): boolean {
    return this.byteLength > 0
  }

  get byteLength(): number {
    return this.#outbound.byteLength
  }

  /**
   * Returns what the agent says about itself, and asks when that is not known. Undefined for agents without `/info`;
   * rejects like `Transport.request` when the agent does not answer.
   */
  askInfo(): Promise<AgentInfo | undefined> {
    return this.#delivery.askInfo()
  }

  /**
   * To be called when the tags of every span have changed: traces that end from now on are encoded with the new ones.
   */
  renewEncoder(): void {
    this.#use(this.#format)
  }

  add(trace: LocalTrace, spans: readonly SpanRecord[]): void {
    const outbound = this.#outbound
    if (outbound.isClosing) {
      outbound.counts.countDropped('shut down', 1, spans.length)
      return
    }
    try {
      if (!outbound.batch.add(trace, spans)) {
        this.#lose('too large', spans.length)
        return
      }
    } catch (error) {
      reportFailure('encoding a trace', error)
      this.#lose('not encodable', spans.length)
      return
    }
    outbound.added()
  }

  flush(timeoutMs?: number): Promise<FlushResult> {
    return this.#outbound.flush(timeoutMs)
  }

  /** Leaves the transport open: other signals use it, too. */
  shutdown(timeoutMs?: number): Promise<FlushResult> {
    return this.#outbound.shutdown(timeoutMs)
  }

  setUrl(url: string): void {
    if (!this.#options.transport.setUrl(url)) {
      log.warn('agent url', 'setUrl() was called with an invalid url, which is not used')
      return
    }
    this.#delivery.reset()
    this.#outbound.redirected()
  }

  takeUnsent(): UnsentItems {
    return this.#outbound.takeUnsent()
  }

  giveUp(): number {
    return this.takeUnsent().itemCount
  }

  #newEncoder(): Encoder {
    const { commonTags, maxChunkBytes = 10 * MIB } = this.#options
    return this.#format.createEncoder(commonTags(), maxChunkBytes)
  }

  /** Encodes in `format` from now on, with the common tags as they are now. */
  #use(format: TraceFormat): void {
    this.#outbound.cut()
    this.#format = format
    this.#outbound.batch = this.#newEncoder()
  }

  #lose(reason: DropReason, spanCount: number): void {
    this.#outbound.counts.countDropped(reason, 1, spanCount)
    log.warn(`trace ${reason}`, () => `a trace of ${spanCount} spans is lost: ${reason}`)
  }
}
