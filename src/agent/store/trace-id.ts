/** Converts trace and span ids between text and bigint. */

const LOW_64 = (1n << 64n) - 1n

/** A trace id of 128 bits. */
export interface TraceId {
  /** Low 64 bits. */
  low: bigint
  /** High 64 bits, 0n when unknown. */
  high: bigint
}

/** Returns 16 lower-case hexadecimal digits. */
export function hex64(id: bigint): string {
  return id.toString(16).padStart(16, '0')
}

/** Returns 32 hexadecimal digits, or 16 when the high half is unknown. */
export function formatTraceId(id: TraceId): string {
  return id.high === 0n ? hex64(id.low) : hex64(id.high) + hex64(id.low)
}

/** Returns the ids that a text may mean, hexadecimal or decimal, the likelier first. Empty when it is neither. */
export function parseTraceId(text: string): TraceId[] {
  const readings: TraceId[] = []
  const wide = (value: bigint): TraceId => ({ low: value & LOW_64, high: value >> 64n })
  if (/^[\da-f]{1,32}$/i.test(text)) readings.push(wide(BigInt(`0x${text}`)))
  if (/^\d{1,39}$/.test(text) && BigInt(text) >> 128n === 0n) {
    const decimal = wide(BigInt(text))
    // Hexadecimal ids are printed with 16 or 32 digits; decimal digits of any other length are a decimal id.
    if (text.length === 16 || text.length === 32) readings.push(decimal)
    else readings.unshift(decimal)
  }
  return readings
}

/** Returns the high 64 bits from `_dd.p.tid`; 0n when that is not 16 hexadecimal digits. */
export function parseHighBits(tag: string | undefined): bigint {
  return tag !== undefined && /^[\da-f]{16}$/i.test(tag) ? BigInt(`0x${tag}`) : 0n
}
