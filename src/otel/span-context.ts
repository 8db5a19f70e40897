/** Span contexts in OpenTelemetry's form, of our spans and of remote ones, and the way back. */

import { toHex } from '../std/u64'
import { contextOf, newTraceparent, readTraceparent } from '../trace/propagation/w3c'
import type { RemoteContext } from '../trace/remote-context'
import type { Span, SpanContext } from '../trace/span'
import { TraceState } from './trace-state'
import type { OtelSpanContext } from './types'

/** Whose context it is that was given out: a user who passes it on means that span, with all that belongs to it. */
const owners = new WeakMap<object, SpanContext>()
const parent = newTraceparent()

/**
 * The context of one of our spans. To read `traceFlags` is to ask for the sampling decision, and makes it if it has not
 * been made, as `inject` does: what is read is what will be. Ids can be read without that.
 */
export function spanContextOf(span: Span): OtelSpanContext {
  return give(span, span.trace.toTraceId(true), span.toSpanId(true), span.trace.remote?.tracestate, {
    get traceFlags() {
      return flagsOf(span)
    },
  })
}

function flagsOf({ trace }: Span): number {
  trace.decide()
  return trace.priority > 0 ? 1 : 0
}

/** The context of another process; not sampled while nobody has decided. */
export function remoteSpanContext(remote: RemoteContext): OtelSpanContext {
  return give(remote, remote.toTraceId(true), remote.toSpanId(true), remote.tracestate, {
    traceFlags: remote.priority > 0 ? 1 : 0,
    isRemote: true,
  })
}

/** The context of the parent of `span`; undefined for a root. */
export function parentContextOf(span: Span): OtelSpanContext | undefined {
  if ((span.parentHi | span.parentLo) === 0) return undefined
  return {
    traceId: span.trace.toTraceId(true),
    spanId: toHex(span.parentHi, span.parentLo),
    get traceFlags() {
      return flagsOf(span)
    },
    // The service of a parent is known when it is of this process.
    isRemote: span.parentService === undefined,
  }
}

function give(
  owner: SpanContext,
  traceId: string,
  spanId: string,
  tracestate: string | undefined,
  rest: { readonly traceFlags: number; isRemote?: boolean },
): OtelSpanContext {
  // Everything is the object's own and enumerable: spread and JSON must not lose the flags.
  const context = Object.defineProperties({ traceId, spanId }, Object.getOwnPropertyDescriptors(rest))
  if (tracestate) Object.assign(context, { traceState: new TraceState(tracestate) })
  owners.set(context, owner)
  return context as OtelSpanContext
}

/** What a span context stands for: one of our spans, or a remote one; undefined when it is not valid. Never throws. */
export function ownerOf(context: unknown): SpanContext | undefined {
  if (typeof context !== 'object' || context === null) return undefined
  const owner = owners.get(context)
  if (owner !== undefined) return owner
  try {
    return toRemote(context as OtelSpanContext)
  } catch {
    return undefined
  }
}

/** Goes through the headers that such a context would come with, and so means what they mean. */
function toRemote({ traceId, spanId, traceFlags, traceState }: OtelSpanContext): RemoteContext | undefined {
  const flags = toHex(0, Number(traceFlags) & 255).slice(14)
  if (!readTraceparent({ traceparent: `00-${traceId}-${spanId}-${flags}` }, parent)) return undefined
  const tracestate = traceState?.serialize?.()
  return contextOf(parent, { tracestate: tracestate || undefined })
}
