/** The exporter of traces to a collector: finished traces are encoded at once. */

import type { FlushResult } from '../../core/flush-result'
import { log } from '../../core/log'
import type { LocalTrace, SpanRecord } from '../../trace/local-trace'
import { DeliveryCounts } from '../send/delivery-counts'
import type { Exporter, UnsentItems } from '../send/exporter'
import { MIB, Outbound, type OutboundLimits } from '../send/outbound'
import { SpanBatch } from './batch'
import { endpointAt } from './collector'
import { OtlpDelivery, type OtlpRequests } from './delivery'
import type { ResourceAttributes, Scope, SpanFormat } from './output'

/** What an `OtlpExporter` is made of. */
export interface OtlpOptions extends OtlpRequests, Partial<OutboundLimits> {
  format: SpanFormat
  scope: Scope
  /** Returns a description of the process as the sender of the spans of a service. */
  resource: (service: string) => ResourceAttributes
  /** Most spans in a request. Default 512. */
  batchSpans?: number
}

/** The signal of traces if they go to a collector. */
export class OtlpExporter implements Exporter {
  readonly lane = 'collector'
  readonly items = 'spans'
  readonly #transport: OtlpOptions['transport']
  readonly #delivery: OtlpDelivery
  readonly #outbound: Outbound<SpanBatch, undefined>

  constructor(options: OtlpOptions) {
    const { transport, format, resource, delayMs = 5000, batchBytes = MIB } = options
    const { batchSpans = 512, queueSpans = Number.POSITIVE_INFINITY } = options
    const batch = new SpanBatch({
      format,
      scope: options.scope,
      resource: service => format.resource(resource(service)),
      onFull: () => this.#outbound.send(),
      maxSpans: Math.min(batchSpans, queueSpans),
      maxBytes: batchBytes,
    })
    const counts = new DeliveryCounts()
    const limits = { ...options, delayMs, batchBytes }
    this.#transport = transport
    this.#delivery = new OtlpDelivery(options, format.contentType, counts)
    this.#outbound = new Outbound(batch, this.#delivery, transport, counts, limits)
  }

  get url(): string {
    return this.#transport.url
  }

  get isPending(): boolean {
    return this.byteLength > 0
  }

  get byteLength(): number {
    return this.#outbound.byteLength
  }

  add(trace: LocalTrace, spans: readonly SpanRecord[]): void {
    const { counts, batch, isClosing } = this.#outbound
    if (isClosing) {
      counts.countDropped('shut down', 1, spans.length)
      return
    }
    const failures = batch.add(trace, spans)
    if (failures > 0) counts.countDropped('not encodable', failures === spans.length ? 1 : 0, failures)
    this.#outbound.added()
  }

  flush(timeoutMs?: number): Promise<FlushResult> {
    return this.#outbound.flush(timeoutMs)
  }

  shutdown(timeoutMs?: number): Promise<FlushResult> {
    return this.#outbound.shutdown(timeoutMs)
  }

  setUrl(url: string): void {
    const endpoint = endpointAt(url)
    if (endpoint === undefined || !this.#transport.setUrl(endpoint.origin)) {
      log.warn('collector url', 'setUrl() was called with an invalid url, which is not used')
      return
    }
    this.#delivery.path = endpoint.path
    this.#outbound.redirected()
  }

  takeUnsent(): UnsentItems {
    return this.#outbound.takeUnsent()
  }

  giveUp(): number {
    return this.takeUnsent().itemCount
  }
}
