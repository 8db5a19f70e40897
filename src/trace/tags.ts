/**
 * `span.setTag` for any key and any JavaScript value. Strings become `meta`, numbers and booleans `metrics`; everything
 * else is turned into one of them here, at once, so that an encoder meets nothing it could not write.
 */

import { addErrorTags, isErrorLike } from './error-tags'
import type { Tags } from './site'
import type { Span } from './span'

/** A user can tag an object or array; at most so many of its entries become tags. */
const MAX_ENTRIES = 100

export function setSpanTag(span: Span, key: string, value: unknown): void {
  switch (key) {
    case 'service.name':
      if (typeof value === 'string') {
        span.service = value
        span.tags['_dd.svc_src'] = value === span.trace.runtime.service ? undefined : 'm'
      }
      return
    case 'resource.name':
      if (typeof value === 'string') span.resource = value
      return
    case 'span.type':
      if (typeof value === 'string') span.type = value
      return
    case 'span.kind':
      setTagValue(span.tags, key, value)
      if (value !== 'internal') span.tags['_dd.measured'] = 1
      return
    case 'error':
      if (isErrorLike(value)) addErrorTags(span, value)
      else span.error = value ? 1 : 0
      return
    case 'error.type':
    case 'error.message':
    case 'error.stack':
      setTagValue(span.tags, key, value)
      if (value !== undefined && value !== null) span.error = 1
      return
    case 'manual.keep':
      if (value !== false) span.trace.decideManually(true)
      return
    case 'manual.drop':
      if (value !== false) span.trace.decideManually(false)
      return
    case 'sampling.priority': {
      const priority = Math.trunc(Number(value))
      if (priority === 1 || priority === 2) span.trace.decideManually(true)
      else if (priority === 0 || priority === -1) span.trace.decideManually(false)
      return
    }
    case 'analytics.event':
      span.tags['_dd1.sr.eausr'] = value === undefined || value ? 1 : 0
      return
    case '_dd.measured':
      span.tags[key] = value === undefined || value ? 1 : 0
      return
    case 'http.status_code':
      if (value) setTagValue(span.tags, key, String(value))
      return
    default:
      setTagValue(span.tags, key, value)
  }
}

/** Stores `value` under `key` in a form that can be sent; null and undefined remove the tag. */
export function setTagValue(tags: Tags, key: string, value: unknown): void {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'undefined':
      put(tags, key, value)
      return
    case 'bigint':
      put(tags, key, String(value))
      return
    case 'object':
      try {
        if (value === null) put(tags, key, undefined)
        else setObject(tags, key, value)
      } catch {
        // A getter, proxy or toJSON of the user's threw: the tag is not worth an exception in the application.
      }
  }
}

function put(tags: Tags, key: string, value: string | number | boolean | undefined): void {
  // Symbols cannot be sent; `__proto__` would set the prototype of the tags.
  if (typeof key === 'symbol' || key === '__proto__') return
  tags[key] = value
}

function setObject(tags: Tags, key: string, value: object): void {
  const text = asText(value)
  if (text !== undefined) {
    put(tags, key, text)
    return
  }
  let left = MAX_ENTRIES
  for (const name of Object.keys(value)) {
    if (left-- === 0) return
    const entry = (value as Record<string, unknown>)[name]
    if (typeof entry === 'object' && entry !== null) {
      const entryText = asText(entry)
      if (entryText !== undefined) put(tags, `${key}.${name}`, entryText)
    } else if (typeof entry === 'bigint') {
      put(tags, `${key}.${name}`, String(entry))
    } else if (typeof entry === 'string' || typeof entry === 'number' || typeof entry === 'boolean') {
      put(tags, `${key}.${name}`, entry)
    }
  }
}

/** Text of an object that stands for one value; undefined for one that is a collection of values. */
function asText(value: object): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof URL) return value.href
  if (value instanceof RegExp) return String(value)
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (Buffer.isBuffer(value)) return value.toString('utf8', 0, 25_000)
  if (value instanceof String || value instanceof Number || value instanceof Boolean) return String(value)
  return undefined
}
