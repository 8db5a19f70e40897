/**
 * Reads and writes W3C Baggage (https://www.w3.org/TR/baggage/): the header `baggage`, `key=value` items joined by
 * commas.
 */

import { type Carrier, headerList } from './carrier'
import { isToken, percentDecode, percentEncode } from './characters'

const BAGGAGE = 'baggage'
/** Longest header that is read, in characters; reading stops at `maxBytes` anyway. */
const MAX_LENGTH = 65_536

/** Limits of the header in both directions: number of items, and bytes of the whole header. */
export interface BaggageLimits {
  maxItems: number
  maxBytes: number
}

/** Counts baggage headers for telemetry. */
export class BaggageCounts {
  /** Headers written, and headers read. */
  injected = 0
  extracted = 0
  /** Headers of which nothing was used, because an item was malformed. */
  malformed = 0
  /** Headers cut at the limit of items, and at the limit of bytes. */
  itemsTruncated = 0
  bytesTruncated = 0
}

/**
 * Returns the items of the header, in order; undefined without any. An item without `=` or value, or with a key that is
 * no token, makes the whole header void. Properties (`;…`) are dropped; reading stops at the limits.
 */
export function extractBaggage(
  carrier: Carrier,
  limits: BaggageLimits,
  counts: BaggageCounts,
): Record<string, string> | undefined {
  const value = carrier[BAGGAGE]
  if (value === undefined) return undefined
  const text = headerList(value, MAX_LENGTH)
  if (text === '') return undefined
  const items: Record<string, string> = {}
  let count = 0
  for (let at = 0; at <= text.length; ) {
    const comma = text.indexOf(',', at)
    const end = comma < 0 ? text.length : comma
    if (count === limits.maxItems) {
      counts.itemsTruncated++
      break
    }
    if (end > limits.maxBytes) {
      counts.bytesTruncated++
      break
    }
    if (!readItem(text, at, end, items)) {
      counts.malformed++
      return undefined
    }
    count++
    at = end + 1
  }
  if (count === 0) return undefined
  counts.extracted++
  return items
}

function readItem(text: string, from: number, end: number, items: Record<string, string>): boolean {
  const equals = text.indexOf('=', from)
  if (equals < 0 || equals >= end) return false
  let valueFrom = equals + 1
  let valueEnd = valueFrom
  while (valueEnd < end && text.charCodeAt(valueEnd) !== 0x3b) valueEnd++
  let keyFrom = from
  let keyEnd = equals
  while (keyFrom < keyEnd && text.charCodeAt(keyFrom) <= 32) keyFrom++
  while (keyEnd > keyFrom && text.charCodeAt(keyEnd - 1) <= 32) keyEnd--
  while (valueFrom < valueEnd && text.charCodeAt(valueFrom) <= 32) valueFrom++
  while (valueEnd > valueFrom && text.charCodeAt(valueEnd - 1) <= 32) valueEnd--
  if (valueFrom === valueEnd || !isToken(text, keyFrom, keyEnd)) return false
  items[text.slice(keyFrom, keyEnd)] = percentDecode(text.slice(valueFrom, valueEnd))
  return true
}

/**
 * Writes items up to the limits, never a part of one. Items with an empty value, or whose key is no token, are left
 * out.
 */
export function injectBaggage(
  items: Readonly<Record<string, string>>,
  carrier: Record<string, string>,
  limits: BaggageLimits,
  counts: BaggageCounts,
): void {
  let text = ''
  let count = 0
  for (const name in items) {
    const value = items[name]
    const key = name.trim()
    // Receivers refuse the whole header for an empty value.
    if (typeof value !== 'string' || value === '' || !isToken(key, 0, key.length)) continue
    if (count === limits.maxItems) {
      counts.itemsTruncated++
      break
    }
    // Encoding never makes text shorter: an item with more characters than bytes are left need not be encoded.
    const item = key.length + value.length < limits.maxBytes ? `${key}=${percentEncode(value)}` : undefined
    const length =
      item === undefined ? Number.POSITIVE_INFINITY : text.length + item.length + (count > 0 ? 1 : 0)
    if (item === undefined || length > limits.maxBytes) {
      counts.bytesTruncated++
      break
    }
    text = count === 0 ? item : `${text},${item}`
    count++
  }
  if (count === 0) return
  carrier[BAGGAGE] = text
  counts.injected++
}

/** Makes tags `baggage.<key>` of baggage items: for the listed keys, or for all with `*`. */
export class BaggageTagger {
  readonly #all: boolean
  readonly #keys: readonly string[]
  readonly #names: readonly string[]

  constructor(keys: readonly string[]) {
    this.#all = keys.includes('*')
    this.#keys = keys
    const names: string[] = []
    for (const key of keys) names.push(tagName(key))
    this.#names = names
  }

  /** Returns the tags of `items`; undefined without any. */
  tags(items: Readonly<Record<string, string>>): Record<string, string> | undefined {
    let tags: Record<string, string> | undefined
    if (this.#all) {
      for (const key in items) {
        tags ??= {}
        tags[tagName(key)] = items[key]
      }
      return tags
    }
    for (let index = 0; index < this.#keys.length; index++) {
      // Inherited properties, such as `constructor`, are no text.
      const value: unknown = items[this.#keys[index]]
      if (typeof value !== 'string') continue
      tags ??= {}
      tags[this.#names[index]] = value
    }
    return tags
  }
}

function tagName(key: string): string {
  return `baggage.${key}`
}
