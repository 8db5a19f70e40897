/** The header `x-datadog-tags`: `key=value` pairs joined by commas, every key starting with `_dd.p.`. */

import type { Words } from '../../std/u64'
import type { RemoteContext } from '../remote-context'
import { hexText, readHex } from './id-text'
import { TAG_PREFIX, tagKey } from './tag-keys'

const SPACE = 0x20
const COMMA = 0x2c
const EQUALS = 0x3d
const upper: Words = { hi: 0, lo: 0 }

/**
 * Reads the header into `context`: the upper half of the trace id from `_dd.p.tid`, everything else as propagated tags,
 * known or not. One pair that is not valid makes the whole header void, but for a malformed `_dd.p.tid`, which alone is
 * skipped; `propagationError` says which it was.
 */
export function readTags(text: string, maxLength: number, context: RemoteContext): void {
  if (text.length > maxLength) {
    if (maxLength > 0) context.propagationError = 'extract_max_size'
    return
  }
  let tags: Record<string, string> | undefined
  let upperFrom = -1
  let upperEnd = 0
  let from = 0
  let equals = -1
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? COMMA : text.charCodeAt(at)
    if (code === COMMA) {
      if (!isTagName(text, from, equals)) {
        context.propagationError = 'decoding_error'
        return
      }
      const key = nameAt(text, from, equals)
      if (key === '_dd.p.tid') {
        upperFrom = equals + 1
        upperEnd = at
      } else {
        tags ??= {}
        tags[key] = text.slice(equals + 1, at)
      }
      from = at + 1
      equals = -1
    } else if (code === EQUALS) {
      if (equals < 0) equals = at
    } else if (code > 0x7e || code < SPACE || (code === SPACE && equals < 0)) {
      context.propagationError = 'decoding_error'
      return
    }
  }
  context.propagated = tags
  if (upperFrom < 0) return
  if (upperEnd - upperFrom === 16 && readHex(text, upperFrom, upper)) {
    context.upperHi = upper.hi
    context.upperLo = upper.lo
  } else context.propagationError = `malformed_tid ${text.slice(upperFrom, upperEnd)}`
}

/** A name that starts with `_dd.p.` and goes on before the `=`. */
function isTagName(text: string, from: number, equals: number): boolean {
  if (equals <= from + TAG_PREFIX.length) return false
  for (let at = 0; at < TAG_PREFIX.length; at++) {
    if (text.charCodeAt(from + at) !== TAG_PREFIX.charCodeAt(at)) return false
  }
  return true
}

/** The usual names as constants: a name cut out of the header would have to be hashed and looked up first. */
function nameAt(text: string, from: number, equals: number): string {
  const first = text.charCodeAt(from + TAG_PREFIX.length)
  const length = equals - from
  if (first === 100 /* d */ && length === 8 && text.charCodeAt(from + 7) === 109 /* m */) return '_dd.p.dm'
  const name = text.slice(from, equals)
  return name === '_dd.p.tid' ? '_dd.p.tid' : name
}

/**
 * The header for these tags, in their order after `_dd.p.tid`; empty when there is nothing to send. Undefined when a key
 * or a value cannot be sent, which makes all of it unsendable; empty values are left out.
 */
export function writeTags(
  upperHi: number,
  upperLo: number,
  tags: Record<string, string> | undefined,
): string | undefined {
  let text = (upperHi | upperLo) === 0 ? '' : `_dd.p.tid=${hexText(upperHi, upperLo)}`
  for (const name in tags) {
    const value = tags[name]
    if (value === '' || name === '_dd.p.tid') continue
    const key = tagKey(name).datadog
    if (key === '' || typeof value !== 'string' || !isTagValue(value)) return undefined
    text = text === '' ? key + value : `${text},${key}${value}`
  }
  return text
}

function isTagValue(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at)
    if (code < SPACE || code > 0x7e || code === COMMA) return false
  }
  return true
}
