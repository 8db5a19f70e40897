/** Patterns of sampling rules: globs in configuration, regular expressions in code as well. */

import type { TagValue } from '../site'

/** Whether a value of a span fits; undefined = the span does not have it. */
export type Matcher = (value: TagValue | undefined) => boolean

/**
 * A glob matches the whole text without regard to case: `*` is any run of characters, also none, `?` exactly one, and
 * nothing else is special. Stars alone match everything, also what is missing; nothing else matches missing or empty text.
 * Numbers are compared as their decimal digits, if they are integers; others fit stars only.
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

/** The whole value need not match; state that a regular expression keeps between calls (`g`, `y`) is not used. */
export function regExpMatcher(pattern: RegExp): Matcher {
  const stateless = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''))
  return value => value !== undefined && stateless.test(String(value))
}

function isStars(pattern: string): boolean {
  for (let at = 0; at < pattern.length; at++) if (pattern.charCodeAt(at) !== 42) return false
  return pattern !== ''
}

/** Lower-case text to compare; empty when there is nothing to compare. */
function textOf(value: TagValue | undefined): string {
  if (typeof value === 'string') return value.toLowerCase()
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : ''
  return value === undefined ? '' : String(value)
}

/**
 * Goes through `text` once and back only to the last star, which may then swallow one character more: at most
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

/** A character outside the basic plane takes two places in the text. */
function characterLength(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code >= 0xd800 && code <= 0xdbff && at + 1 < text.length ? 2 : 1
}
