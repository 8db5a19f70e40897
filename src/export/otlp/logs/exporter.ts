/** The exporter of log records to a collector: records are encoded at once. */

import { fence } from '../../../core/fence'
import type { FlushResult } from '../../../core/flush-result'
import type { EmitLog } from '../../../trace/log-entry'
import { DeliveryCounts } from '../../send/delivery-counts'
import type { UnsentItems } from '../../send/exporter'
import { MIB, Outbound, type OutboundLimits } from '../../send/outbound'
import { OtlpDelivery, type OtlpRequests } from '../delivery'
import type { ResourceAttributes } from '../output'
import { LogBatch } from './batch'
import { toRecord } from './entry'
import type { LogFormat } from './record'

/** What a `LogExporter` is made of. */
export interface LogExporterOptions extends OtlpRequests, Partial<OutboundLimits> {
  format: LogFormat
  /** Description of the process. */
  resource: ResourceAttributes
  /** Most records in a request. Default 512. */
  batchRecords?: number
}

/** The signal of logs. */
export class LogExporter {
  readonly #outbound: Outbound<LogBatch, undefined>

  constructor(options: LogExporterOptions) {
    const { transport, format, resource, delayMs = 5000, batchBytes = MIB } = options
    const { batchRecords = 512, queueSpans = Number.POSITIVE_INFINITY } = options
    let encoded: Uint8Array | undefined
    const batch = new LogBatch({
      format,
      resource: () => {
        encoded ??= format.resource(resource)
        return encoded
      },
      onFull: () => this.#outbound.send(),
      maxRecords: Math.min(batchRecords, queueSpans),
      maxBytes: batchBytes,
    })
    const counts = new DeliveryCounts('logs')
    const delivery = new OtlpDelivery(options, format.contentType, counts)
    this.#outbound = new Outbound(batch, delivery, transport, counts, { ...options, delayMs, batchBytes })
  }

  get byteLength(): number {
    return this.#outbound.byteLength
  }

  /** Takes a record. Never throws. */
  readonly emit: EmitLog = (entry, scope) => {
    fence('log record', () => {
      const { counts, batch, isClosing } = this.#outbound
      if (isClosing) counts.countDropped('shut down', 1, 1)
      else if (!batch.add(toRecord(entry), scope)) counts.countDropped('not encodable', 1, 1)
      else this.#outbound.added()
    })
  }

  flush(timeoutMs?: number): Promise<FlushResult> {
    return this.#outbound.flush(timeoutMs)
  }

  /** Flushes, and drops what is left; later records are lost. */
  shutdown(timeoutMs?: number): Promise<FlushResult> {
    return this.#outbound.shutdown(timeoutMs)
  }

  takeUnsent(): UnsentItems {
    return this.#outbound.takeUnsent()
  }
}
