/** Span links and span events: what a user gives, and the form in which a span keeps it. */

import type { Span, SpanContext } from './span'

export type AttributeValue = string | number | boolean
export type Attributes = Record<string, AttributeValue | AttributeValue[]>

export interface SpanLink {
  /** 32 lower-case hex digits. */
  traceId: string
  /** 16 lower-case hex digits. */
  spanId: string
  /** Flattened and stringified: `{ list: [1] }` is `{ 'list.0': '1' }`. */
  attributes: Record<string, string> | undefined
  /** Sampled bit of the linked context; undefined when it is not known. */
  flags: 0 | 1 | undefined
  tracestate: string | undefined
}

export interface SpanEvent {
  name: string
  /** ms on the monotonic clock. */
  ticks: number
  attributes: Attributes | undefined
}

/** Attributes nest at most so deep and are at most so many. */
const MAX_DEPTH = 8
const MAX_ATTRIBUTES = 128

export function toLink(link: { context: SpanContext; attributes?: Attributes }): SpanLink | undefined {
  const context = link?.context as SpanContext | undefined
  if (typeof context?.toTraceId !== 'function' || typeof context.toSpanId !== 'function') return undefined
  const priority = 'trace' in context ? context.trace.priority : context.priority
  const tracestate = 'trace' in context ? undefined : context.tracestate || undefined
  return {
    traceId: context.toTraceId(true).padStart(32, '0'),
    spanId: context.toSpanId(true).padStart(16, '0'),
    attributes: flatten(link.attributes),
    flags: priority > 0 ? 1 : priority === 0 ? 0 : undefined,
    tracestate,
  }
}

export function toPointer(kind: string, direction: string, hash: string): SpanLink {
  return {
    traceId: '0'.repeat(32),
    spanId: '0'.repeat(16),
    attributes: { 'ptr.kind': kind, 'ptr.dir': direction, 'ptr.hash': hash, 'link.kind': 'span-pointer' },
    flags: undefined,
    tracestate: undefined,
  }
}

export function toEvent(
  span: Span,
  name: string,
  second: Attributes | number | undefined,
  timeMs?: number,
): SpanEvent {
  const attributes = typeof second === 'object' && second !== null ? keepSendable(second) : undefined
  const time = typeof second === 'number' ? second : timeMs
  return {
    name: String(name),
    ticks: time === undefined ? performance.now() : span.ticksOf(time),
    attributes,
  }
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
