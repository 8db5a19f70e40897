/** The header `x-datadog-tags`: `key=value` pairs joined by commas, every key starting with `_dd.p.`. */

import type { Words } from '../../std/u64'
import type { RemoteContext } from '../remote-context'
import { isName, isPrintable } from './characters'
import { hexText, readHex } from './id-text'

export const PREFIX = '_dd.p.'
const TID = '_dd.p.tid'
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
  let hasUpper = false
  let malformed: string | undefined
  for (let at = 0; at <= text.length; ) {
    const comma = text.indexOf(',', at)
    const end = comma < 0 ? text.length : comma
    const equals = text.indexOf('=', at)
    if (equals < 0 || equals >= end || !isPair(text, at, equals, end)) {
      context.propagationError = 'decoding_error'
      return
    }
    const key = keyAt(text, at, equals)
    if (key === TID) {
      hasUpper = end - equals === 17 && readHex(text, equals + 1, upper)
      if (!hasUpper) malformed = text.slice(equals + 1, end)
    } else {
      tags ??= {}
      tags[key] = text.slice(equals + 1, end)
    }
    at = end + 1
  }
  context.propagated = tags
  if (hasUpper) {
    context.upperHi = upper.hi
    context.upperLo = upper.lo
  }
  if (malformed !== undefined) context.propagationError = `malformed_tid ${malformed}`
}

function isPair(text: string, from: number, equals: number, end: number): boolean {
  return (
    text.startsWith(PREFIX, from) &&
    isName(text, from + PREFIX.length, equals) &&
    isPrintable(text, equals + 1, end)
  )
}

/** The usual keys as constants: a key cut out of the header would have to be hashed and interned first. */
function keyAt(text: string, from: number, equals: number): string {
  if (equals - from === 9) {
    if (text.startsWith(TID, from)) return TID
    if (text.startsWith('_dd.p.ksr', from)) return '_dd.p.ksr'
  } else if (equals - from === 8 && text.startsWith('_dd.p.dm', from)) return '_dd.p.dm'
  return text.slice(from, equals)
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
  for (const key in tags) {
    const value = tags[key]
    if (value === '' || key === TID) continue
    if (typeof value !== 'string' || !isSendable(key, value)) return undefined
    text = text === '' ? `${key}=${value}` : `${text},${key}=${value}`
  }
  return text
}

function isSendable(key: string, value: string): boolean {
  return (
    key.startsWith(PREFIX) &&
    isName(key, PREFIX.length, key.length) &&
    !key.includes('=') &&
    isPrintable(value, 0, value.length) &&
    !value.includes(',')
  )
}
