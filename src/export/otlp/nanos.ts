/** Times as OTLP's fixed64: nanoseconds since the epoch in two words. A float64 would be off by up to 256 ns. */

import { toDecimal } from '../../std/u64'
import type { LocalTrace, SpanRecord } from '../../trace/local-trace'
import { setDuration, setTime } from '../encode/time'

/** Nanoseconds as two words of 32 bits. */
export interface Nanos {
  hi: number
  lo: number
}

const words = new DataView(new ArrayBuffer(8))

/** Reads a time of the monotonic clock into `out`, converted by the anchor of the trace. */
export function readTime(trace: LocalTrace, ticks: number, out: Nanos): void {
  setTime(words, 0, trace, ticks)
  out.hi = words.getUint32(0)
  out.lo = words.getUint32(4)
}

/** Reads the end of `span` into `out`: `start` plus its duration. */
export function readEnd(span: SpanRecord, start: Readonly<Nanos>, out: Nanos): void {
  setDuration(words, 0, span)
  const low = start.lo + words.getUint32(4)
  out.lo = low >>> 0
  out.hi = (start.hi + words.getUint32(0) + (low > 0xffff_ffff ? 1 : 0)) >>> 0
}

/** Returns the decimal digits, which is how JSON of protobuf spells integers of 64 bits. */
export function decimalOf({ hi, lo }: Readonly<Nanos>): string {
  return toDecimal(hi, lo)
}
