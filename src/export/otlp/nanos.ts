/** Nanoseconds since the epoch as OTLP's fixed64, in two words: exact, where a float64 is off by up to 256 ns. */

import { toDecimal } from '../../std/u64'
import type { LocalTrace, SpanRecord } from '../../trace/local-trace'
import { setDuration, setTime } from '../encode/time'

/** Two words of 32 bits. */
export interface Nanos {
  hi: number
  lo: number
}

const words = new DataView(new ArrayBuffer(8))

export function readTime(trace: LocalTrace, ticks: number, out: Nanos): void {
  setTime(words, 0, trace, ticks)
  out.hi = words.getUint32(0)
  out.lo = words.getUint32(4)
}

/** `start` and the duration of `span`, added up. */
export function readEnd(span: SpanRecord, start: Readonly<Nanos>, out: Nanos): void {
  setDuration(words, 0, span)
  const low = start.lo + words.getUint32(4)
  out.lo = low >>> 0
  out.hi = (start.hi + words.getUint32(0) + (low > 0xffff_ffff ? 1 : 0)) >>> 0
}

/** As JSON spells integers of 64 bits. */
export function decimalOf({ hi, lo }: Readonly<Nanos>): string {
  return toDecimal(hi, lo)
}
