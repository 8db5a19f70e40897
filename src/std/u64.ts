/** Unsigned 64-bit integers held as two int32 words (`hi`, `lo`): text and back, without a bigint. */

const TWO_32 = 0x1_0000_0000
const BILLION = 1_000_000_000
const HEX = '0123456789abcdef'

/** Receives the words that a parser read; one per caller, so that parsing allocates nothing. */
export interface Words {
  hi: number
  lo: number
}

function hex32(word: number): string {
  let text = ''
  for (let shift = 28; shift >= 0; shift -= 4) text += HEX[(word >>> shift) & 15]
  return text
}

/** 16 lower-case hexadecimal digits, zero padded. */
export function toHex(hi: number, lo: number): string {
  return hex32(hi) + hex32(lo)
}

/** Decimal digits without padding: long division by 10^9, each step exact in a float64. */
export function toDecimal(hi: number, lo: number): string {
  const high = hi >>> 0
  const low = lo >>> 0
  if (high < 0x20_0000) return String(high * TWO_32 + low) // below 2^53
  const highQuotient = Math.floor(high / BILLION)
  const highRest = high % BILLION
  // highRest * 2^32 + low can reach 2^62: divide it in two steps of 16 bits.
  const step = highRest * 65536 + (low >>> 16)
  const stepQuotient = Math.floor(step / BILLION)
  const last = (step % BILLION) * 65536 + (low & 0xffff)
  const quotient = highQuotient * TWO_32 + stepQuotient * 65536 + Math.floor(last / BILLION)
  return String(quotient) + String(last % BILLION).padStart(9, '0')
}

/** Reads 1 to 16 hexadecimal digits in `text[from, to)`. False, and `out` unchanged, when it is anything else. */
export function parseHex(text: string, from: number, to: number, out: Words): boolean {
  if (to - from < 1 || to - from > 16 || to > text.length) return false
  let hi = 0
  let lo = 0
  for (let at = from; at < to; at++) {
    const digit = hexDigit(text.charCodeAt(at))
    if (digit < 0) return false
    hi = (hi << 4) | (lo >>> 28)
    lo = (lo << 4) | digit
  }
  out.hi = hi
  out.lo = lo
  return true
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 97 && code <= 102) return code - 87
  if (code >= 65 && code <= 70) return code - 55
  return -1
}

/** Reads 1 to 20 decimal digits below 2^64. False, and `out` unchanged, when it is anything else. */
export function parseDecimal(text: string, out: Words): boolean {
  const length = text.length
  if (length < 1 || length > 20) return false
  let high = 0 // everything above 2^32, as an exact float
  let low = 0
  for (let at = 0; at < length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return false
    const next = low * 10 + digit
    low = next % TWO_32
    high = high * 10 + Math.floor(next / TWO_32)
    if (high >= TWO_32) return false
  }
  out.hi = high | 0
  out.lo = low | 0
  return true
}

/** The value as a bigint: for sampling arithmetic and tests, not for the hot path. */
export function toBigInt(hi: number, lo: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)
}
