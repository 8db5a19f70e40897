/** Replaces secrets as they arrive, so that no store, page or export ever holds one. */

import type { SpanRecord } from './span'
import { put } from './values'

/** The text that replaces a secret. */
export const REDACTED = '[redacted]'

/** Words that make a key secret. */
const SECRET_WORDS = new Set(
  'authorization cookie cookies password passwd passphrase pwd secret secrets token apikey credential credentials'.split(
    ' ',
  ),
)

/** Words that make a key secret when `key` follows as the last word. */
const KEY_WORDS = new Set(['api', 'access', 'private', 'secret'])

/**
 * True for `access_token`, `http.request.headers.set-cookie`, `dbPassword`; false for `llm.total_tokens`, `cache.key`.
 */
function isSecretKey(key: string): boolean {
  const words = key
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
  return words.some((word, at) => SECRET_WORDS.has(word) || (word === 'key' && KEY_WORDS.has(words[at - 1])))
}

// The same few keys come with every span: answers are cached, and forgotten when there are too many.
const MAX_KEYS = 4096
let answers = new Map<string, boolean>()

function isSecret(key: string): boolean {
  const known = answers.get(key)
  if (known !== undefined) return known
  if (answers.size >= MAX_KEYS) answers = new Map()
  const answer = isSecretKey(key)
  answers.set(key, answer)
  return answer
}

/** Matches `name=value` after a `?`, `&`, `;`, a blank or at the start; the value is bare or quoted. */
const ASSIGNMENT = /(^|[?&;\s])([^\s=&?#;]{1,100})=('[^']*'|"[^"]*"|[^\s&#;"']*)/g

/** Replaces the secrets in `scheme://user:password@host`, `?token=…` and `password=…` inside any text. */
export function redactText(text: string): string {
  let result = text
  if (result.includes('://')) result = result.replace(/(:\/\/)[^\s/?#@]*(?:@[^\s/?#@]*)*@/g, `$1${REDACTED}@`)
  if (!result.includes('=')) return result
  return result.replace(ASSIGNMENT, (whole, mark: string, key: string) =>
    isSecret(key) ? `${mark}${key}=${REDACTED}` : whole,
  )
}

/** Returns headers or tags with secrets replaced. */
export function redactRecord(record: Record<string, string>): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(record))
    put(result, name, isSecret(name) ? REDACTED : redactText(value))
  return result
}

/** Replaces the secrets of a span in place. */
export function redactSpan(span: SpanRecord): void {
  span.resource = redactText(span.resource)
  span.name = redactText(span.name)
  for (const key of Object.keys(span.meta)) {
    const value = span.meta[key]
    const safe = isSecret(key) ? REDACTED : redactText(value)
    if (safe !== value) put(span.meta, key, safe)
  }
  if (span.metaStruct !== undefined) span.metaStruct = redactDeep(span.metaStruct) as Record<string, unknown>
  for (const event of span.events ?? [])
    event.attributes = redactDeep(event.attributes) as Record<string, unknown>
  for (const link of span.links ?? []) link.attributes = redactDeep(link.attributes) as Record<string, string>
}

function redactDeep(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value)
  if (Array.isArray(value)) return value.map(redactDeep)
  if (typeof value !== 'object' || value === null) return value
  const result: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value))
    put(result, key, isSecret(key) ? REDACTED : redactDeep(item))
  return result
}
