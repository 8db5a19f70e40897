/** The tag maps of a v0.4 span: every value of the type that the Datadog Agent insists on. */

import { unpack } from './msgpack'
import { float, map, put, text } from './values'

/** Reads a map of texts, such as `meta`. */
export function stringMap(value: unknown, where: string): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [rawKey, item] of map(value, where)) {
    const key = text(rawKey, `${where} key`)
    // The place is only spelled out on failure: building it for each tag would cost more than reading the tag.
    put(result, key, typeof item === 'string' ? text(item, where) : text(item, `${where}[${quote(key)}]`))
  }
  return result
}

/** Reads a map of numbers, such as `metrics`. */
export function numberMap(value: unknown, where: string): Record<string, number> {
  const result: Record<string, number> = {}
  for (const [rawKey, item] of map(value, where)) {
    const key = text(rawKey, `${where} key`)
    put(result, key, typeof item === 'number' ? item : float(item, `${where}[${quote(key)}]`))
  }
  return result
}

/**
 * Reads `meta_struct`, whose values are msgpack in binaries. A note replaces a broken value, since the Agent accepts
 * it.
 */
export function structMap(value: unknown, where: string): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [rawKey, item] of map(value, where)) {
    const key = text(rawKey, `${where} key`)
    put(result, key, structValue(item))
  }
  return result
}

function structValue(item: unknown): unknown {
  if (!(item instanceof Uint8Array)) return plain(item)
  try {
    return plain(unpack(Buffer.from(item)))
  } catch {
    return `(${item.length} bytes that are not msgpack)`
  }
}

/** Returns a value ready for JSON: maps as objects, 64-bit integers as numbers where exact, else as decimal text. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (!(value instanceof Map)) return value
  const result: Record<string, unknown> = {}
  for (const [key, item] of value) put(result, String(key), plain(item))
  return result
}

function quote(key: string): string {
  return JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}…` : key)
}
