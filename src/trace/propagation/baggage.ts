/** W3C Baggage (https://www.w3.org/TR/baggage/): the header `baggage`, `key=value` items joined by commas. */

import { type Carrier, headerList } from './carrier'
import { isToken, percentDecode, percentEncode } from './characters'

const BAGGAGE = 'baggage'
/** Longer headers are not looked at: reading stops at `maxBytes` anyway. */
const MAX_LENGTH = 65_536

export interface BaggageLimits {
  maxItems: number
  maxBytes: number
}

/** How often headers were malformed or cut, for the tracer's own metrics. */
export class BaggageCounts {
  injected = 0
  extracted = 0
  /** Headers refused whole. */
  malformed = 0
  /** Headers cut because of the number of their items, and of their bytes. */
  itemsTruncated = 0
  bytesTruncated = 0
}

/**
 * The items of the header, in order; undefined when there are none. An item without `=` or value, or with a key that is
 * not a token, makes the whole header void. Properties (`;…`) are dropped; reading stops at the limits.
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

/** Writes the items, whole ones up to the limits. Items whose key is not a token, or that are empty, are left out. */
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
    // An empty value would make others refuse all items.
    if (typeof value !== 'string' || value === '' || !isToken(key, 0, key.length)) continue
    if (count === limits.maxItems) {
      counts.itemsTruncated++
      break
    }
    // More text than bytes are left cannot shrink by being encoded.
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

/** Tags for baggage items: `baggage.<key>` for the keys of this list, or for all with `*`. */
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

  /** The tags of these items; undefined for none. */
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
      // What is inherited, such as `constructor`, is no text.
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
