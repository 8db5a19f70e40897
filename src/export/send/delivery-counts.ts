/** Counts what became of traces, or logs: here for `flush()`, and in the tracer's own counters. */

import { countDropped, countSent } from '../../core/tracer-counters'
import type { Payload } from '../encode/encoder'

/** Why traces were lost. */
export type DropReason =
  /** Encoding failed: a defect of ours. */
  | 'not encodable'
  /** A chunk alone is larger than the agent or the encoder takes. */
  | 'too large'
  /** More waited for the agent than memory is granted; the oldest went. */
  | 'queue full'
  /** The agent will never take it. */
  | 'refused'
  /** The agent was overloaded, time and again. */
  | 'overloaded'
  /** The process ended, or the tracer was shut down. */
  | 'shut down'

export class DeliveryCounts {
  /** What messages call that which is counted. */
  readonly what: 'traces' | 'logs'
  sent = 0
  dropped = 0
  #reportedSent = 0
  #reportedDropped = 0

  /** Of logs, the tracer's own counters know nothing. */
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

  /** For messages. */
  get losses(): string {
    return `${this.dropped} ${this.what} dropped in total`
  }

  /** Traces since the last call. */
  takeNews(): { sent: number; dropped: number } {
    const news = { sent: this.sent - this.#reportedSent, dropped: this.dropped - this.#reportedDropped }
    this.#reportedSent = this.sent
    this.#reportedDropped = this.dropped
    return news
  }
}
