/** Counts of what became of traces, or of logs: for the result of `flush()`, and for the tracer's own counters. */

import { countDropped, countSent } from '../../core/tracer-counters'
import type { Payload } from '../encode/encoder'

/** Why traces were lost. */
export type DropReason =
  /** Encoding failed, which is a defect of the tracer. */
  | 'not encodable'
  /** A chunk alone is larger than the agent or the encoder takes. */
  | 'too large'
  /** More waited than memory is granted; the oldest payload was lost. */
  | 'queue full'
  /** The receiver will never take the payload. */
  | 'refused'
  /** The receiver was overloaded at each of several attempts. */
  | 'overloaded'
  /** The process ended, or the tracer was shut down. */
  | 'shut down'

/** Counts of one signal. */
export class DeliveryCounts {
  /** Word for what is counted, in messages. */
  readonly what: 'traces' | 'logs'
  sent = 0
  dropped = 0
  #reportedSent = 0
  #reportedDropped = 0

  /** Logs are not part of the tracer's own counters. */
  constructor(what: 'traces' | 'logs' = 'traces') {
    this.what = what
  }

  countSent({ traceCount, spanCount, body }: Payload): void {
    this.sent += traceCount
    if (this.what === 'traces') countSent(traceCount, spanCount, body.byteLength)
  }

  countDropped(reason: DropReason, traceCount: number, spanCount: number): void {
    this.dropped += traceCount
    if (this.what === 'traces') countDropped(reason, traceCount, spanCount)
  }

  /** Text about the losses so far, for messages. */
  get losses(): string {
    return `${this.dropped} ${this.what} dropped in total`
  }

  /** Returns the numbers of traces, or logs, since the last call. */
  takeNews(): { sent: number; dropped: number } {
    const news = { sent: this.sent - this.#reportedSent, dropped: this.dropped - this.#reportedDropped }
    this.#reportedSent = this.sent
    this.#reportedDropped = this.dropped
    return news
  }
}
