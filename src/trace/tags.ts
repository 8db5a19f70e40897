/**
 * `span.setTag` for any key and any JavaScript value. Strings become `meta`, numbers and booleans `metrics`; everything
 * else is turned into one of them here, at once, so that an encoder meets nothing it could not write.
 */

import { addErrorTags, isErrorLike } from './error-tags'
import type { SpanRecord } from './local-trace'
import type { Tags } from './site'

/** Most entries of a tagged object or array that become tags. */
const MAX_ENTRIES = 100

type Setter = (span: SpanRecord, value: unknown) => void

/** Setters for tag names with a meaning of their own. */
const SPECIAL = new Map<string, Setter>([
  [
    'service.name',
    (span, value) => {
      if (typeof value !== 'string') return
      span.service = value
      span.tags['_dd.svc_src'] = value === span.trace.runtime.service ? undefined : 'm'
    },
  ],
  [
    'resource.name',
    (span, value) => {
      if (typeof value === 'string') span.resource = value
    },
  ],
  [
    'span.type',
    (span, value) => {
      if (typeof value === 'string') span.type = value
    },
  ],
  [
    'span.kind',
    (span, value) => {
      setTagValue(span.tags, 'span.kind', value)
      if (value !== 'internal' && span.site.tags['_dd.measured'] !== 1) span.tags['_dd.measured'] = 1
    },
  ],
  [
    'error',
    (span, value) => {
      if (isErrorLike(value)) addErrorTags(span, value)
      else span.error = value ? 1 : 0
    },
  ],
  ...['error.type', 'error.message', 'error.stack'].map((name): [string, Setter] => [
    name,
    (span, value) => {
      setTagValue(span.tags, name, value)
      if (value !== undefined && value !== null) span.error = 1
    },
  ]),
  [
    'manual.keep',
    (span, value) => {
      if (value !== false) span.trace.decideManually(true)
    },
  ],
  [
    'manual.drop',
    (span, value) => {
      if (value !== false) span.trace.decideManually(false)
    },
  ],
  [
    'sampling.priority',
    (span, value) => {
      const priority = Math.trunc(Number(value))
      if (priority === 1 || priority === 2) span.trace.decideManually(true)
      else if (priority === 0 || priority === -1) span.trace.decideManually(false)
    },
  ],
  [
    'analytics.event',
    (span, value) => {
      span.tags['_dd1.sr.eausr'] = value === undefined || value ? 1 : 0
    },
  ],
  [
    '_dd.measured',
    (span, value) => {
      span.tags['_dd.measured'] = value === undefined || value ? 1 : 0
    },
  ],
  [
    'http.status_code',
    (span, value) => {
      if (value) setTagValue(span.tags, 'http.status_code', String(value))
    },
  ],
  // Setting this key would replace the prototype of the tags.
  ['__proto__', () => {}],
])

/** Sets one tag; names with a meaning of their own (`SPECIAL`) change other fields of the span as well. */
export function setSpanTag(span: SpanRecord, key: string, value: unknown): void {
  const special = SPECIAL.get(key)
  if (special === undefined) setTagValue(span.tags, key, value)
  else special(span, value)
}

/** Sets every own property of `given` as a tag. Never throws. */
export function setSpanTags(span: SpanRecord, given: Readonly<Record<string, unknown>>): void {
  try {
    // `Object.keys` would make an array for each span.
    for (const key in given) if (Object.hasOwn(given, key)) setSpanTag(span, key, given[key])
  } catch {
    // A getter or a proxy of the application threw.
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
        // A getter, proxy or toJSON of the application threw: the tag is not worth an exception in its code.
      }
  }
}

function put(tags: Tags, key: string, value: string | number | boolean | undefined): void {
  // Symbols cannot be sent.
  if (typeof key === 'symbol') return
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

/** Returns the text of an object that stands for one value; undefined for a collection of values. */
function asText(value: object): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  if (value instanceof URL) return value.href
  if (value instanceof RegExp) return String(value)
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (Buffer.isBuffer(value)) return value.toString('utf8', 0, 25_000)
  if (value instanceof String || value instanceof Number || value instanceof Boolean) return String(value)
  return undefined
}
