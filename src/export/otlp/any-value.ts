/** Converts values of any type to OTLP's AnyValue, which has texts, numbers, bytes, lists and maps. */

import { errorTags } from '../../trace/error-tags'

/** A value that OTLP can express. */
export type AnyValue = string | number | boolean | null | Uint8Array | readonly AnyValue[] | AnyMap
/** A map of such values. */
export interface AnyMap {
  readonly [key: string]: AnyValue
}

/** Deepest nesting; deeper values are left out, which also ends a value that contains itself. */
const MAX_DEPTH = 8
/** Most entries of one list or map. */
const MAX_ENTRIES = 128
/** Most values in one converted value, nested ones included. */
const MAX_VALUES = 1024

/** Returns a copy of `value`; undefined for what cannot be sent. Never throws, whatever the getters of the value do. */
export function toAnyValue(value: unknown): AnyValue | undefined {
  const left = { count: MAX_VALUES }
  return convert(value, 0, left)
}

/** Returns a copy of the entries of an object, and how many were left out. Never throws. */
export function toAnyMap(given: unknown): { map: Record<string, AnyValue>; dropped: number } {
  const map: Record<string, AnyValue> = {}
  if (typeof given !== 'object' || given === null) return { map, dropped: 0 }
  const names = namesOf(given)
  const left = { count: MAX_VALUES }
  let dropped = 0
  for (const name of names) {
    const value = Object.keys(map).length < MAX_ENTRIES ? entry(given, name, 0, left) : undefined
    if (value === undefined) dropped++
    else setEntry(map, name, value)
  }
  return { map, dropped }
}

/** How many values may still be converted. */
interface Budget {
  count: number
}

function convert(value: unknown, depth: number, left: Budget): AnyValue | undefined {
  if (left.count-- <= 0) return undefined
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      // JSON has no infinities and no NaN.
      return Number.isFinite(value) ? value : String(value)
    case 'bigint':
      return String(value)
    case 'object':
      return value === null || depth < MAX_DEPTH ? convertObject(value, depth, left) : undefined
  }
  return undefined
}

function convertObject(value: object | null, depth: number, left: Budget): AnyValue | undefined {
  if (value === null) return null
  try {
    if (Array.isArray(value)) return convertList(value, depth, left)
    if (value instanceof Uint8Array) return Uint8Array.from(value)
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
    if (value instanceof URL || value instanceof RegExp) return String(value)
    if (value instanceof Map) return convertMap(Object.fromEntries(value), depth, left)
    if (value instanceof Set) return convertList([...value], depth, left)
    if (value instanceof Error) return convertMap({ ...errorTexts(value), ...value }, depth, left)
    const { toJSON } = value as { toJSON?: unknown }
    if (typeof toJSON === 'function') return convert(toJSON.call(value, ''), depth + 1, left)
    return convertMap(value, depth, left)
  } catch {
    // A proxy, or `toJSON` of the application, threw.
    return undefined
  }
}

function convertList(list: readonly unknown[], depth: number, left: Budget): AnyValue {
  const out: AnyValue[] = []
  // Null in place of what cannot be sent, so that the other entries keep their index.
  for (const each of list.slice(0, MAX_ENTRIES)) out.push(convert(each, depth + 1, left) ?? null)
  return out
}

function convertMap(value: object, depth: number, left: Budget): AnyValue {
  const out: Record<string, AnyValue> = {}
  for (const name of Object.keys(value).slice(0, MAX_ENTRIES)) {
    const converted = entry(value, name, depth, left)
    if (converted !== undefined) setEntry(out, name, converted)
  }
  return out
}

function entry(owner: object, name: string, depth: number, left: Budget): AnyValue | undefined {
  try {
    return convert((owner as Record<string, unknown>)[name], depth + 1, left)
  } catch {
    // A getter of the application threw.
    return undefined
  }
}

function errorTexts(error: Error): Record<string, unknown> {
  const tags = errorTags(error)
  return { type: tags['error.type'], message: tags['error.message'], stack: tags['error.stack'] }
}

function namesOf(value: object): string[] {
  try {
    return Object.keys(value)
  } catch {
    return []
  }
}

/** Adds an entry, of any name: a plain assignment to `__proto__` would set the prototype. */
function setEntry(map: Record<string, AnyValue>, name: string, value: AnyValue): void {
  Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true })
}
