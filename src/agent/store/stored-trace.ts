/** A trace that grows as its chunks arrive: spans by id, and the figures by which it is listed and evicted. */

import type { SpanRecord } from '../intake/span'
import { estimateBytes } from './size'
import type { TraceId } from './trace-id'

/** Estimated bytes of a trace beside its spans. */
const TRACE_BYTES = 400

/** A trace in the store. */
export class StoredTrace {
  readonly id: TraceId
  /** Spans by id, in order of arrival. */
  readonly spans = new Map<bigint, SpanRecord>()
  errorCount = 0
  bytes = TRACE_BYTES
  /** Rises with each chunk: values computed from the spans are valid for one version. */
  version = 0
  /** Unix time of the last chunk, ms. */
  updatedMs = 0

  constructor(id: TraceId) {
    this.id = id
  }

  /**
   * Adds a chunk and returns how many of its spans were there already. The later one stays: a long-running span is
   * sent again with more of its tags, and a payload that was retried is the same.
   */
  add(chunk: SpanRecord[], nowMs: number): number {
    let duplicates = 0
    for (const span of chunk) {
      const earlier = this.spans.get(span.spanId)
      if (earlier !== undefined) {
        duplicates++
        this.bytes -= estimateBytes(earlier)
        if (earlier.error !== 0) this.errorCount--
      }
      this.spans.set(span.spanId, span)
      this.bytes += estimateBytes(span)
      if (span.error !== 0) this.errorCount++
    }
    this.version++
    this.updatedMs = nowMs
    return duplicates
  }
}
