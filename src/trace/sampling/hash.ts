/**
 * Decides sampling from an id and a rate by the hash that all Datadog tracers and the agent use, so that all decide
 * alike.
 */

import type { Words } from '../../std/u64'

/** 1111111111111111111, the multiplier that all Datadog tracers use, as two words. */
const FACTOR_HI = 0x0f6b75ab
const FACTOR_LO = 0x2bc471c7
const TWO_32 = 0x1_0000_0000
/** The largest unsigned 64-bit integer as a float64, which rounds it up. */
const MAX_UINT64 = 2 ** 64

const product: Words = { hi: 0, lo: 0 }

/**
 * Computes `id * 1111111111111111111 mod 2^64` into `out`; `id` is a span id or the lower 64 bits of a trace id, as
 * int32 words.
 */
export function hashOf(hi: number, lo: number, out: Words): void {
  // The lower words multiplied in 16-bit halves, so that no product passes 2^53.
  const lowHalf = (lo & 0xffff) * FACTOR_LO
  const highHalf = (lo >>> 16) * FACTOR_LO
  const middle = Math.floor(lowHalf / 65536) + (highHalf % TWO_32)
  const carry = Math.floor(middle / 65536) + Math.floor(highHalf / TWO_32) * 65536
  out.lo = Math.imul(lo, FACTOR_LO)
  out.hi = (carry + Math.imul(lo, FACTOR_HI) + Math.imul(hi, FACTOR_LO)) | 0
}

/** Returns whether the hash of an id is at most `floor(rate * (2^64 - 1))`. Rate 1 keeps all and rate 0 none. */
export function keepByHash(hi: number, lo: number, rate: number): boolean {
  if (rate >= 1) return true
  if (!(rate > 0)) return false
  hashOf(hi, lo, product)
  const productHi = product.hi >>> 0
  const threshold = Math.floor(rate * MAX_UINT64)
  const thresholdHi = Math.floor(threshold / TWO_32)
  return (
    productHi < thresholdHi ||
    (productHi === thresholdHi && product.lo >>> 0 <= threshold - thresholdHi * TWO_32)
  )
}
