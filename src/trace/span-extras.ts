/**
 * Span links and span events: turns arguments of the application into the form in which a span keeps links and
 * events.
 */

import type { Attributes, AttributeValue } from './public'

/** A link as a span keeps it. */
export interface SpanLink {
  /** 32 lower-case hex digits. */
  traceId: string
  /** 16 lower-case hex digits. */
  spanId: string
  /** Flattened and stringified: `{ list: [1] }` is `{ 'list.0': '1' }`. */
  attributes: Record<string, string> | undefined
  /** Sampled bit of the linked context; undefined if unknown. */
  flags: 0 | 1 | undefined
  tracestate: string | undefined
}

/** An event as a span keeps it. */
export interface SpanEvent {
  name: string
  /** ms on the monotonic clock. */
  ticks: number
  attributes: Attributes | undefined
}

/**
 * The context that a link points to: a `Span`, a `RemoteContext`, or an object of the application with these methods.
 */
export interface LinkedContext {
  toTraceId(hex?: boolean): string
  toSpanId(hex?: boolean): string
  /** The trace of a span in this process, which has the sampling priority. */
  readonly trace?: { readonly priority: number }
  /** Sampling priority of a context from another process. */
  readonly priority?: number
  /** The header `tracestate` of a context from another process. */
  readonly tracestate?: string
}

/** Deepest nesting of attributes, and most attributes of a link or an event. */
const MAX_DEPTH = 8
const MAX_ATTRIBUTES = 128

/** Returns the link as a span keeps it; undefined if `link.context` is no context. */
export function toLink(link: { context: LinkedContext; attributes?: Attributes }): SpanLink | undefined {
  const context = link?.context as LinkedContext | undefined
  if (typeof context?.toTraceId !== 'function' || typeof context.toSpanId !== 'function') return undefined
  const isLocal = context.trace !== undefined
  const priority = (isLocal ? context.trace?.priority : context.priority) ?? Number.NaN
  return {
    traceId: context.toTraceId(true).padStart(32, '0'),
    spanId: context.toSpanId(true).padStart(16, '0'),
    attributes: flatten(link.attributes),
    flags: priority > 0 ? 1 : priority === 0 ? 0 : undefined,
    tracestate: isLocal ? undefined : context.tracestate || undefined,
  }
}

/** Returns a link to something that is not a span, such as an object in a store. */
export function toPointer(kind: string, direction: string, hash: string): SpanLink {
  return {
    traceId: '0'.repeat(32),
    spanId: '0'.repeat(16),
    attributes: { 'ptr.kind': kind, 'ptr.dir': direction, 'ptr.hash': hash, 'link.kind': 'span-pointer' },
    flags: undefined,
    tracestate: undefined,
  }
}

/** Returns the event as a span keeps it, with those of `attributes` that can be sent. */
export function toEvent(name: string, attributes: unknown, ticks: number): SpanEvent {
  const isGiven = typeof attributes === 'object' && attributes !== null
  return { name: String(name), ticks, attributes: isGiven ? keepSendable(attributes) : undefined }
}

function isPrimitive(value: unknown): value is AttributeValue {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  )
}

function flatten(attributes: unknown): Record<string, string> | undefined {
  if (typeof attributes !== 'object' || attributes === null) return undefined
  const out: Record<string, string> = {}
  let left = MAX_ATTRIBUTES
  const visit = (key: string, value: unknown, depth: number): void => {
    if (left <= 0) return
    if (isPrimitive(value)) {
      out[key] = String(value)
      left--
    } else if (Array.isArray(value) && depth < MAX_DEPTH) {
      for (let at = 0; at < value.length && left > 0; at++) visit(`${key}.${at}`, value[at], depth + 1)
    }
  }
  for (const [key, value] of Object.entries(attributes)) visit(key, value, 0)
  return Object.keys(out).length > 0 ? out : undefined
}

function keepSendable(attributes: object): Attributes | undefined {
  const out: Attributes = {}
  let left = MAX_ATTRIBUTES
  for (const [key, value] of Object.entries(attributes)) {
    if (left-- <= 0) break
    if (isPrimitive(value)) out[key] = value
    else if (Array.isArray(value)) out[key] = value.filter(isPrimitive).slice(0, MAX_ATTRIBUTES)
  }
  return Object.keys(out).length > 0 ? out : undefined
}
