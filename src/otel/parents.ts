/** Finds the parent that spans of this tracer get for a span of the API, which may be of any class. */

import { LocalTrace, type TraceRuntime } from '../trace/local-trace'
import type { RemoteContext } from '../trace/remote-context'
import { Site } from '../trace/site'
import { Span, type SpanContext } from '../trace/span'
import { NonRecordingSpan } from './non-recording-span'
import { BridgeSpan } from './span'
import { ownerOf } from './span-context'

/** The contexts of spans of other classes: non-recording spans of the API, or spans of an SDK. */
const contexts = new WeakMap<object, SpanContext>()
/** The active spans that represent remote contexts. */
const standIns = new WeakMap<RemoteContext, Span>()
const site = new Site({ name: 'remote' })

/** Returns the span or remote context behind a span of the API; undefined if `span` is none or is invalid. */
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
 * Returns the span to activate for a span or remote context. For a remote context this is a span that is finished and
 * empty from the start and never sent; with it as parent, the spans of integrations continue the remote trace.
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
    // Without a service, the children of this span are top-level spans.
    span = new Span(owner.spanHi, owner.spanLo, trace, site, '', {}, trace.anchorTicks)
    span.durationMs = 0
    span.baggage = owner.legacyBaggage
    span.release()
    standIns.set(owner, span)
  }
  return span
}
