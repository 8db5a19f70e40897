/** Checks one decoded value against the type that its field must have; `where` goes into the reason. */

import { DecodeError } from './decode-error'
import { intern } from './intern'

const TWO_32 = 0x1_0000_0000
const MAX_INT64 = (1n << 63n) - 1n

/** Reads a string, or a binary that holds one; nil is the empty string, as in the Datadog Agent. */
export function text(value: unknown, where: string): string {
  if (typeof value === 'string') return intern(value)
  if (value === null) return ''
  if (value instanceof Uint8Array) return Buffer.from(value).toString()
  throw wrongType(value, 'a string', where)
}

/** Reads any number as a float64; nil is 0. */
export function float(value: unknown, where: string): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value === null) return 0
  throw wrongType(value, 'a number', where)
}

/** Reads an unsigned 64-bit integer, exactly; a negative one as its two's complement, nil is 0. */
export function uint64(value: unknown, where: string): bigint {
  return BigInt.asUintN(64, integer(value, where))
}

/** Reads a signed 64-bit integer, exactly; nil is 0. */
export function int64(value: unknown, where: string): bigint {
  const whole = integer(value, where)
  if (whole > MAX_INT64) throw new DecodeError(`${where}: ${whole} overflows int64`)
  return whole
}

/** Reads a signed 32-bit integer; nil is 0. */
export function int32(value: unknown, where: string): number {
  const whole = integer(value, where)
  if (BigInt.asIntN(32, whole) !== whole) throw new DecodeError(`${where}: ${whole} overflows int32`)
  return Number(whole)
}

function integer(value: unknown, where: string): bigint {
  if (typeof value === 'bigint') return value
  if (value === null) return 0n
  // Wider integers arrive as bigint, so a number past 32 bits was a float on the wire: its low digits are lost.
  if (typeof value !== 'number' || !Number.isInteger(value) || value >= TWO_32 || value < -TWO_32 / 2) {
    throw wrongType(value, 'an integer', where)
  }
  return BigInt(value)
}

/** Reads an array; nil is an empty one. */
export function list(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value
  if (value === null) return []
  throw wrongType(value, 'an array', where)
}

/** Reads a map; nil is an empty one. */
export function map(value: unknown, where: string): Map<unknown, unknown> {
  if (value instanceof Map) return value
  if (value === null) return new Map()
  throw wrongType(value, 'a map', where)
}

/** Returns a plain object of a map's entries; `__proto__` becomes a key like any other instead of the prototype. */
export function put<T>(target: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else target[key] = value
}

function wrongType(value: unknown, wanted: string, where: string): DecodeError {
  return new DecodeError(`${where}: expected ${wanted}, got ${kindOf(value)}`)
}

function kindOf(value: unknown): string {
  if (value === null) return 'nil'
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return 'a string'
  if (typeof value === 'boolean') return 'a boolean'
  if (typeof value === 'bigint') return 'a 64-bit integer'
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) < TWO_32 ? 'an integer' : 'a float'
  if (Array.isArray(value)) return 'an array'
  return value instanceof Map ? 'a map' : 'a binary'
}
