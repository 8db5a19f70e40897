/** Span links and span events as JSON text: in v0.4 and v0.5 they are values in `meta`. */

import type { SpanRecord } from '../../trace/local-trace'
import { MAX_VALUE } from './limits'

/**
 * Returns the value of `_dd.span_links`: `[{trace_id, span_id, attributes?, flags?, tracestate?}]`. Links that do
 * not fit into a value are left out whole, so that the text always parses.
 */
export function linksJson(span: SpanRecord): string {
  const links = span.links ?? []
  return joinWhole(
    links.map(link => {
      const out: Record<string, unknown> = { trace_id: link.traceId, span_id: link.spanId }
      if (link.attributes !== undefined) out.attributes = link.attributes
      if (link.flags !== undefined) out.flags = link.flags
      if (link.tracestate !== undefined) out.tracestate = link.tracestate
      return JSON.stringify(out)
    }),
  )
}

/** Returns the value of `events`: `[{name, time_unix_nano, attributes?}]`, with the time as an exact integer. */
export function eventsJson(span: SpanRecord): string {
  const { anchorMs, anchorTicks } = span.trace
  const events = span.events ?? []
  return joinWhole(
    events.map(event => {
      const nanos = BigInt(anchorMs) * 1_000_000n + BigInt(Math.round((event.ticks - anchorTicks) * 1e6))
      const attributes =
        event.attributes === undefined ? '' : `,"attributes":${JSON.stringify(event.attributes)}`
      return `{"name":${JSON.stringify(event.name)},"time_unix_nano":${nanos}${attributes}}`
    }),
  )
}

/** Returns a JSON array of those `items` that fit into a value together. */
function joinWhole(items: string[]): string {
  let text = '['
  for (const item of items) {
    const next = text.length + item.length + (text.length > 1 ? 1 : 0)
    if (next + 1 > MAX_VALUE) continue
    if (text.length > 1) text += ','
    text += item
  }
  return `${text}]`
}
