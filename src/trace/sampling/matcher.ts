/** Matches patterns of sampling rules: globs in the configuration, and regular expressions in code. */

import type { TagValue } from '../site'

/** Returns whether a value of a span matches; undefined = the span does not have the value. */
export type Matcher = (value: TagValue | undefined) => boolean

/**
 * Returns the matcher of a glob, which matches the whole text without regard to case: `*` is any run of characters,
 * also none, `?` exactly one, and no other character is special. A glob of stars alone matches everything, also a
 * missing value; no other glob matches a missing or empty value. Integers are compared as decimal digits; other
 * numbers match stars only.
 */
export function globMatcher(pattern: string): Matcher {
  if (isStars(pattern)) return () => true
  const lower = pattern.toLowerCase()
  if (!lower.includes('*') && !lower.includes('?')) return value => textOf(value) === lower
  return value => {
    const text = textOf(value)
    return text !== '' && matchGlob(lower, text)
  }
}

/**
 * Returns the matcher of a regular expression, which may match a part of the value. The flags `g` and `y` are
 * ignored.
 */
export function regExpMatcher(pattern: RegExp): Matcher {
  const stateless = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''))
  return value => value !== undefined && stateless.test(String(value))
}

function isStars(pattern: string): boolean {
  for (let at = 0; at < pattern.length; at++) if (pattern.charCodeAt(at) !== 42) return false
  return pattern !== ''
}

/** Returns the lower-case text to compare; empty text for a value that no glob but stars matches. */
function textOf(value: TagValue | undefined): string {
  if (typeof value === 'string') return value.toLowerCase()
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : ''
  return value === undefined ? '' : String(value)
}

/**
 * Goes through `text` once and back only to the last star, which then covers one character more: at most
 * `pattern.length * text.length` steps, for any pattern.
 */
function matchGlob(pattern: string, text: string): boolean {
  let at = 0
  let patternAt = 0
  let star = -1
  let starAt = 0
  while (at < text.length) {
    const code = pattern.charCodeAt(patternAt)
    if (code === 42 /* * */) {
      star = patternAt++
      starAt = at
    } else if (code === 63 /* ? */) {
      patternAt++
      at += characterLength(text, at)
    } else if (code === text.charCodeAt(at)) {
      patternAt++
      at++
    } else if (star >= 0) {
      patternAt = star + 1
      at = ++starAt
    } else return false
  }
  while (pattern.charCodeAt(patternAt) === 42) patternAt++
  return patternAt === pattern.length
}

/** Returns the length of the character at `at`: 2 for one outside the basic plane. */
function characterLength(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code >= 0xd800 && code <= 0xdbff && at + 1 < text.length ? 2 : 1
}
