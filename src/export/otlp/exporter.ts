/** Takes finished traces, encodes them at once, and has them delivered to a collector: bytes are the queue. */

import type { LocalTrace, SpanRecord } from '../../trace/local-trace'
import { DeliveryCounts } from '../send/delivery-counts'
import type { Exporter, FlushResult, Unsent } from '../send/exporter'
import { Batch } from './batch'
import { TRACES } from './collector'
import type { Format, ResourceAttributes, Scope } from './output'
import { BATCH_BYTES, OtlpPipeline, type OtlpPipelineOptions } from './pipeline'

export interface OtlpOptions extends OtlpPipelineOptions {
  format: Format
  scope: Scope
  /** Describes the process, as the sender of the spans of a service. */
  resource: (service: string) => ResourceAttributes
  /** Most spans in a request. Default 512. */
  batchSpans?: number
}

export class OtlpExporter implements Exporter {
  readonly #counts = new DeliveryCounts()
  readonly #batch: Batch
  readonly #pipeline: OtlpPipeline

  constructor(options: OtlpOptions) {
    const { format, resource, queueSpans = Number.POSITIVE_INFINITY } = options
    this.#batch = new Batch({
      format,
      scope: options.scope,
      resource: service => format.resource(resource(service)),
      onFull: () => this.#pipeline.send(),
      maxSpans: Math.min(options.batchSpans ?? 512, queueSpans),
      maxBytes: options.batchBytes ?? BATCH_BYTES,
    })
    this.#pipeline = new OtlpPipeline(options, TRACES, format.contentType, this.#counts, this.#batch)
  }

  get byteLength(): number {
    return this.#pipeline.byteLength
  }

  add(trace: LocalTrace, spans: readonly SpanRecord[]): void {
    if (this.#pipeline.isClosing) {
      this.#counts.countDropped('shut down', 1, spans.length)
      return
    }
    const failures = this.#batch.add(trace, spans)
    if (failures > 0) this.#counts.countDropped('not encodable', failures === spans.length ? 1 : 0, failures)
    this.#pipeline.added()
  }

  flush(options?: { timeoutMs?: number }): Promise<FlushResult> {
    return this.#pipeline.flush(options?.timeoutMs)
  }

  shutdown(options?: { timeoutMs?: number }): Promise<FlushResult> {
    return this.#pipeline.shutdown(options?.timeoutMs)
  }

  setUrl(url: string): void {
    this.#pipeline.setUrl(url)
  }

  takeUnsent(): Unsent {
    return this.#pipeline.takeUnsent()
  }
}
