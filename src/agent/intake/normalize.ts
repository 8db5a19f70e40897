/** Normalizes spans after decoding as the Datadog Agent does: drops impossible chunks, repairs improbable values. */

import type { SpanRecord } from './span'

/** Nanoseconds of 2000-01-01: a start before it comes from a broken clock. */
const YEAR_2000_NS = 946_684_800_000_000_000n

/** Returns the Datadog Agent's name of the reason for which it would drop this chunk, or undefined. */
export function reasonToDrop(chunk: SpanRecord[]): string | undefined {
  if (chunk.length === 0) return 'empty_trace'
  for (const span of chunk) {
    if (span.traceId === 0n) return 'trace_id_zero'
    if (span.spanId === 0n) return 'span_id_zero'
    if (span.traceId !== chunk[0].traceId) return 'foreign_span'
  }
  return undefined
}

/**
 * Changes the span in place: negative durations become 0, starts before the year 2000 become now less the duration.
 */
export function repair(span: SpanRecord, nowMs: number): void {
  if (span.durationNs < 0) span.durationNs = 0
  if (span.startNs < YEAR_2000_NS) span.startNs = BigInt(nowMs) * 1_000_000n - BigInt(span.durationNs)
}
