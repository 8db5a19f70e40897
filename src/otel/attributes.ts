/** Sets OpenTelemetry attributes as tags. */

import type { TagValue } from '../trace/site'
import type { Span } from '../trace/span'
import { setSpanTag, setTagValue } from '../trace/tags'

/** Names with a meaning of their own, which `trace/tags.ts` implements. */
const RESERVED = new Set([
  'service.name',
  'resource.name',
  'span.type',
  'span.kind',
  'error.type',
  'error.message',
  'error.stack',
  'manual.keep',
  'manual.drop',
  'sampling.priority',
  '_dd.measured',
  'http.status_code',
])
const YES = new Set<unknown>([true, 1, '1', 't', 'T', 'true', 'TRUE', 'True'])
const NO = new Set<unknown>([false, 0, '0', 'f', 'F', 'false', 'FALSE', 'False'])

const MAX_DEPTH = 4
const MAX_ELEMENTS = 128

/**
 * Sets one attribute to a value of any type: booleans become text, lists become `key.0`, `key.1`, and null or undefined
 * removes the attribute. Never throws.
 */
export function setAttribute(span: Span, key: unknown, value: unknown): void {
  if (typeof key !== 'string' || key === '') return
  if (RESERVED.has(key)) setSpanTag(span, key, value)
  else if (key === 'analytics.event' || key === 'error') setFlag(span, key, value)
  else if (key === 'http.response.status_code') {
    // Statistics and error tracking read `http.status_code`.
    setSpanTag(span, 'http.status_code', value)
    span.tags[key] = Number(value)
  } else put(span, key, value, 0)
}

/**
 * Sets `analytics.event` or `error` by a value that means yes or no. Other values count as an error, and are else
 * ignored.
 */
function setFlag(span: Span, key: string, value: unknown): void {
  if (YES.has(value)) setSpanTag(span, key, true)
  else if (NO.has(value)) setSpanTag(span, key, false)
  else if (key === 'error') setSpanTag(span, key, value)
}

function put(span: Span, key: string, value: unknown, depth: number): void {
  if (typeof value === 'string' || typeof value === 'number') span.tags[key] = value
  else if (typeof value === 'boolean') span.tags[key] = String(value)
  else if (!Array.isArray(value)) setTagValue(span.tags, key, value)
  else if (depth < MAX_DEPTH) putList(span, key, value, depth)
}

function putList(span: Span, key: string, values: unknown[], depth: number): void {
  const { tags } = span
  let at = 0
  for (; at < values.length && at < MAX_ELEMENTS; at++) put(span, `${key}.${at}`, values[at], depth + 1)
  // Elements that a longer list of the same name set before.
  for (; tags[`${key}.${at}`] !== undefined; at++) tags[`${key}.${at}`] = undefined
}

/** Returns the tags of a span, for applications that read its attributes. */
export function attributesOf(span: Span): Record<string, TagValue> {
  const attributes: Record<string, TagValue> = {}
  for (const name of Object.keys(span.tags)) {
    const value = span.tags[name]
    if (value !== undefined) attributes[name] = value
  }
  return attributes
}
