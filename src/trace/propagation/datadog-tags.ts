/**
 * Reads and writes the header `x-datadog-tags`: `key=value` pairs joined by commas, every key beginning with
 * `_dd.p.`.
 */

import { log } from '../../core/log'
import { parseHex, upperHex, type Words } from '../../std/u64'
import type { RemoteContext } from '../remote-context'
import { isName, isPrintable } from './characters'
import { TAG_PREFIX, tagKey } from './tag-keys'

const upper: Words = { hi: 0, lo: 0 }

/** A parsed header. All contexts with this header share it, so it is never written to. */
interface ParsedTags {
  readonly text: string
  /** Upper half of the trace id. */
  readonly upperHi: number
  readonly upperLo: number
  readonly tags: Readonly<Record<string, string>> | undefined
  readonly error: string
}

/** The header that was parsed last. A busy caller repeats one header for about a second; parsing costs 200 ns. */
let last: ParsedTags = { text: '', upperHi: 0, upperLo: 0, tags: undefined, error: '' }

/**
 * Reads the header into `context`: the upper half of the trace id from `_dd.p.tid`, everything else as propagated tags,
 * known or not. One malformed pair makes the whole header void, except a malformed `_dd.p.tid`, which alone is skipped;
 * `propagationError` names the error.
 */
export function readTags(text: string, maxLength: number, context: RemoteContext): void {
  if (text.length > maxLength) {
    if (maxLength > 0) context.propagationError = 'extract_max_size'
    return
  }
  if (text !== last.text) {
    last = parse(text)
    if (last.error !== '') log.debug(() => `x-datadog-tags is malformed: ${last.error}`)
  }
  context.upperHi = last.upperHi
  context.upperLo = last.upperLo
  context.propagated = last.tags
  context.propagationError = last.error
}

function parse(text: string): ParsedTags {
  let tags: Record<string, string> | undefined
  let error = ''
  upper.hi = upper.lo = 0
  for (let from = 0; from <= text.length; ) {
    const comma = text.indexOf(',', from)
    const end = comma < 0 ? text.length : comma
    const equals = text.indexOf('=', from)
    if (equals < 0 || equals >= end || !isPair(text, from, equals, end)) {
      return { text, upperHi: 0, upperLo: 0, tags: undefined, error: 'decoding_error' }
    }
    const name = text.slice(from, equals)
    if (name !== '_dd.p.tid') {
      tags ??= {}
      // The constant is an internalized string; V8 would have to look up a slice of the header to use it as a key.
      tags[name === '_dd.p.dm' ? '_dd.p.dm' : name] = text.slice(equals + 1, end)
    } else if (end - equals !== 17 || !parseHex(text, equals + 1, upper)) {
      upper.hi = upper.lo = 0
      error = `malformed_tid ${text.slice(equals + 1, end)}`
    }
    from = end + 1
  }
  return { text, upperHi: upper.hi, upperLo: upper.lo, tags, error }
}

function isPair(text: string, from: number, equals: number, end: number): boolean {
  // `startsWith` takes four times as long.
  for (let at = 0; at < TAG_PREFIX.length; at++) {
    if (text.charCodeAt(from + at) !== TAG_PREFIX.charCodeAt(at)) return false
  }
  return isName(text, from + TAG_PREFIX.length, equals) && isPrintable(text, equals + 1, end)
}

/**
 * Returns the header for these tags, `_dd.p.tid` first; empty text without tags. Tags with an empty value are left out;
 * one key or value that cannot be sent makes the whole header unsendable: undefined.
 */
export function writeTags(
  upperHi: number,
  upperLo: number,
  tags: Record<string, string> | undefined,
): string | undefined {
  let text = (upperHi | upperLo) === 0 ? '' : `_dd.p.tid=${upperHex(upperHi, upperLo)}`
  for (const name in tags) {
    const value = tags[name]
    if (value === '' || name === '_dd.p.tid') continue
    const key = tagKey(name).datadog
    if (key === '' || typeof value !== 'string' || !isTagValue(value)) return undefined
    text = text === '' ? key + value : `${text},${key}${value}`
  }
  return text
}

/** Returns whether `value` is printable ASCII without a comma. */
function isTagValue(value: string): boolean {
  return isPrintable(value, 0, value.length) && !value.includes(',')
}
