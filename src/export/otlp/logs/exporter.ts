/** Takes log records, encodes them at once, and has them delivered to a collector: bytes are the queue. */

import { fence } from '../../../core/fence'
import type { EmitLog } from '../../../trace/log-entry'
import { DeliveryCounts } from '../../send/delivery-counts'
import type { FlushResult, Unsent } from '../../send/exporter'
import { LOGS } from '../collector'
import type { ResourceAttributes } from '../output'
import { BATCH_BYTES, OtlpPipeline, type OtlpPipelineOptions } from '../pipeline'
import { LogBatch } from './batch'
import { toRecord } from './entry'
import type { LogFormat } from './record'

export interface LogExporterOptions extends OtlpPipelineOptions {
  format: LogFormat
  /** Describes the process. */
  resource: ResourceAttributes
  /** Most records in a request. Default 512. */
  batchRecords?: number
}

export class LogExporter {
  readonly #counts = new DeliveryCounts('logs')
  readonly #batch: LogBatch
  readonly #pipeline: OtlpPipeline

  constructor(options: LogExporterOptions) {
    const { format, resource, queueSpans = Number.POSITIVE_INFINITY } = options
    let encoded: Uint8Array | undefined
    this.#batch = new LogBatch({
      format,
      resource: () => {
        encoded ??= format.resource(resource)
        return encoded
      },
      onFull: () => this.#pipeline.send(),
      maxRecords: Math.min(options.batchRecords ?? 512, queueSpans),
      maxBytes: options.batchBytes ?? BATCH_BYTES,
    })
    this.#pipeline = new OtlpPipeline(options, LOGS, format.contentType, this.#counts, this.#batch)
  }

  get byteLength(): number {
    return this.#pipeline.byteLength
  }

  /** Never throws. */
  readonly emit: EmitLog = (entry, scope) => {
    fence('log record', () => {
      if (this.#pipeline.isClosing) this.#counts.countDropped('shut down', 1, 1)
      else if (!this.#batch.add(toRecord(entry), scope)) this.#counts.countDropped('not encodable', 1, 1)
      else this.#pipeline.added()
    })
  }

  flush(timeoutMs?: number): Promise<FlushResult> {
    return this.#pipeline.flush(timeoutMs)
  }

  /** Flushes, and drops what is left; later records are lost. */
  shutdown(timeoutMs?: number): Promise<FlushResult> {
    return this.#pipeline.shutdown(timeoutMs)
  }

  takeUnsent(): Unsent {
    return this.#pipeline.takeUnsent()
  }
}
