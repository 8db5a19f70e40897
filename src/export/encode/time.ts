/** Times as nanoseconds since the epoch in two 32-bit words: a float64 would be off by up to 256 ns. */

import type { LocalTrace, SpanRecord } from '../../trace/local-trace'

const TWO_32 = 0x1_0000_0000

/** Writes the start of `span` as eight bytes at `at`; zero when it lies before the epoch. */
export function setStart(view: DataView, at: number, span: SpanRecord): void {
  setTime(view, at, span.trace, span.startTicks)
}

/**
 * Writes a time of the monotonic clock as eight bytes at `at`, converted by the anchor of the trace; zero before the
 * epoch.
 */
export function setTime(
  view: DataView,
  at: number,
  { anchorMs, anchorTicks }: LocalTrace,
  ticks: number,
): void {
  const nanos = Math.round((ticks - anchorTicks) * 1e6)
  const wholeMs = Math.floor(nanos / 1e6)
  const ms = anchorMs + wholeMs
  if (!(ms >= 0)) {
    view.setInt32(at, 0)
    view.setInt32(at + 4, 0)
    return
  }
  // ms * 10^6 in two parts of 16 bits and the rest, each product exact in a float64. No `%`: on floats it is a call.
  const msHigh = Math.floor(ms / 65536)
  const high = msHigh * 1e6
  const highHigh = Math.floor(high / 65536)
  const low = (high - highHigh * 65536) * 65536 + (ms - msHigh * 65536) * 1e6 + (nanos - wholeMs * 1e6)
  view.setInt32(at, highHigh + Math.floor(low / TWO_32))
  view.setInt32(at + 4, low)
}

/** Writes the duration of `span` as eight bytes at `at`. */
export function setDuration(view: DataView, at: number, span: SpanRecord): void {
  const nanos = Math.round(span.durationMs * 1e6)
  view.setInt32(at, Math.floor(nanos / TWO_32))
  view.setInt32(at + 4, nanos)
}
