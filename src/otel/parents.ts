/** From spans of the API, of whatever class, to what our spans are children of. */

import { LocalTrace, type TraceRuntime } from '../trace/local-trace'
import type { RemoteContext } from '../trace/remote-context'
import { Site } from '../trace/site'
import { Span, type SpanContext } from '../trace/span'
import { NonRecordingSpan } from './non-recording-span'
import { BridgeSpan } from './span'
import { ownerOf } from './span-context'

/** What spans of other classes stand for: the API's own non-recording ones, or those of an SDK. */
const contexts = new WeakMap<object, SpanContext>()
const standIns = new WeakMap<RemoteContext, Span>()
const site = new Site({ name: 'remote' })

/** The span or remote context for which a span of the API standIns; undefined when it is none, or not valid. */
export function parentOf(span: unknown): SpanContext | undefined {
  if (span === undefined) return undefined
  if (span instanceof BridgeSpan) return span.span
  if (span instanceof NonRecordingSpan) return span.owner
  if (typeof span !== 'object' || span === null) return undefined
  let owner = contexts.get(span)
  if (owner === undefined) {
    try {
      owner = ownerOf((span as { spanContext(): unknown }).spanContext())
    } catch {
      return undefined
    }
    if (owner !== undefined) contexts.set(span, owner)
  }
  return owner
}

/**
 * What becomes the active span of our tracer. A remote context needs a span to stand for it, so that the spans of
 * integrations continue its trace: finished and empty from the start, never sent.
 */
export function spanToActivate(
  owner: SpanContext | undefined,
  runtime: TraceRuntime | undefined,
): Span | undefined {
  if (owner === undefined || owner instanceof Span) return owner
  if (runtime === undefined || (owner.spanHi | owner.spanLo) === 0 || owner.restart) return undefined
  let span = standIns.get(owner)
  if (span === undefined) {
    const trace = new LocalTrace(runtime)
    trace.adopt(owner)
    // No service: its children are top-level spans.
    span = new Span(owner.spanHi, owner.spanLo, trace, site, '', {}, trace.anchorTicks)
    span.durationMs = 0
    span.baggage = owner.legacyBaggage
    span.release()
    standIns.set(owner, span)
  }
  return span
}
