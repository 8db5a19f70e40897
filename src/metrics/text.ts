/**
 * Text that cannot break a line. A datagram is lines, and a line is fields between `|`, which nothing escapes
 * (https://docs.datadoghq.com/developers/dogstatsd/datagram_shell): what would end one of them becomes `_`.
 */

/** What the backend keeps of a name, and of a tag. */
const MAX_CHARACTERS = 200

const NOT_IN_NAMES = /[^A-Za-z0-9_.]/g
const NOT_IN_CHECKS = /[^A-Za-z0-9_./-]/g
const ENDS_FIELDS = /[|\p{Cc}\u2028\u2029]/gu
const ENDS_TAGS = /[|,\p{Cc}\u2028\u2029]/gu
const LINE_ENDS = /\r\n|[\n\r]/g

/** Undefined for a name that the backend refuses: one that does not begin with a letter. */
export function metricName(name: string): string | undefined {
  const clean = name.replace(NOT_IN_NAMES, '_').slice(0, MAX_CHARACTERS)
  return /^[A-Za-z]/.test(clean) ? clean : undefined
}

export function checkName(name: string): string {
  return name.replace(NOT_IN_CHECKS, '_').slice(0, MAX_CHARACTERS)
}

/** `key:value`, or `key` alone. */
export function tagText(tag: string): string {
  const clean = tag.replace(ENDS_TAGS, '_')
  return clean.length > MAX_CHARACTERS ? cutAt(clean, MAX_CHARACTERS) : clean
}

export function tagKey(key: string): string {
  return key.replaceAll(':', '_')
}

/** Value of a field, of a set's member or of a message. */
export function fieldText(text: string): string {
  return text.replace(ENDS_FIELDS, '_')
}

/** Lines of a text on one line, as events and messages have them. */
export function onOneLine(text: string): string {
  return text.replace(LINE_ENDS, '\\n')
}

/** At most `length` code units, and no half of a pair. */
export function cutAt(text: string, length: number): string {
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}

/** Undefined for what is no time. The agent takes whole seconds above 0. */
export function unixSeconds(time: number | Date | undefined): number | undefined {
  const seconds = Math.floor(
    time instanceof Date ? time.getTime() / 1000 : typeof time === 'number' ? time : Number.NaN,
  )
  return seconds > 0 && seconds < Number.MAX_SAFE_INTEGER ? seconds : undefined
}
