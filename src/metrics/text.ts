/**
 * Text that cannot break a line. A datagram is lines, and a line is fields between `|`, which nothing escapes
 * (https://docs.datadoghq.com/developers/dogstatsd/datagram_shell): characters that would end a line or
 * a field become `_`.
 */

import { cutText } from '../std/cut-text'

/** Length to which the backend cuts names and tags. */
const MAX_CHARACTERS = 200

const NOT_IN_NAMES = /[^A-Za-z0-9_.]/g
const NOT_IN_CHECKS = /[^A-Za-z0-9_./-]/g
const ENDS_FIELDS = /[|\p{Cc}\u2028\u2029]/gu
const ENDS_TAGS = /[|,\p{Cc}\u2028\u2029]/gu
const LINE_ENDS = /\r\n|[\n\r]/g

/** Returns the clean name; undefined for a name that the backend refuses, since it does not begin with a letter. */
export function metricName(name: string): string | undefined {
  const clean = name.replace(NOT_IN_NAMES, '_').slice(0, MAX_CHARACTERS)
  return /^[A-Za-z]/.test(clean) ? clean : undefined
}

/** Returns the clean name of a service check. */
export function checkName(name: string): string {
  return name.replace(NOT_IN_CHECKS, '_').slice(0, MAX_CHARACTERS)
}

/** Returns a clean tag: `key:value`, or `key` alone. */
export function tagText(tag: string): string {
  const clean = tag.replace(ENDS_TAGS, '_')
  return clean.length > MAX_CHARACTERS ? cutText(clean, MAX_CHARACTERS) : clean
}

/** Returns a key without `:`, which separates key and value. */
export function tagKey(key: string): string {
  return key.replaceAll(':', '_')
}

/** Returns the clean value of a field, a set's member or a message. */
export function fieldText(text: string): string {
  return text.replace(ENDS_FIELDS, '_')
}

/** Writes line ends as `\n`, as events and messages have to. */
export function onOneLine(text: string): string {
  return text.replace(LINE_ENDS, '\\n')
}

/** Returns whole seconds since 1970, which the agent takes above 0 only; undefined for other values. */
export function unixSeconds(time: number | Date | undefined): number | undefined {
  const seconds = Math.floor(
    time instanceof Date ? time.getTime() / 1000 : typeof time === 'number' ? time : Number.NaN,
  )
  return seconds > 0 && seconds < Number.MAX_SAFE_INTEGER ? seconds : undefined
}
