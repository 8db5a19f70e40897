/** What the Datadog Agent does to spans after decoding: drops the impossible, repairs the improbable. */

import type { SpanRecord } from './span'

/** Nanoseconds of 2000-01-01: a start before it comes from a broken clock. */
const YEAR_2000_NS = 946_684_800_000_000_000n

/** Why the Datadog Agent would drop this chunk, or undefined. The names are its own. */
export function reasonToDrop(chunk: SpanRecord[]): string | undefined {
  if (chunk.length === 0) return 'empty_trace'
  for (const span of chunk) {
    if (span.traceId === 0n) return 'trace_id_zero'
    if (span.spanId === 0n) return 'span_id_zero'
    if (span.traceId !== chunk[0].traceId) return 'foreign_span'
  }
  return undefined
}

/** Negative durations become 0, starts before the year 2000 become now less the duration. Changes the span in place. */
export function repair(span: SpanRecord, nowMs: number): void {
  if (span.durationNs < 0) span.durationNs = 0
  if (span.startNs < YEAR_2000_NS) span.startNs = BigInt(nowMs) * 1_000_000n - BigInt(span.durationNs)
}
