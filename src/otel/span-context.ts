/** Converts spans and remote contexts into OpenTelemetry's span contexts, and back. */

import { toHex } from '../std/u64'
import { contextOf, newTraceparent, readTraceparent } from '../trace/propagation/w3c'
import type { RemoteContext } from '../trace/remote-context'
import type { Span, SpanContext } from '../trace/span'
import { TraceState } from './trace-state'
import type { OtelSpanContext } from './types'

/**
 * The span or remote context behind each span context that was handed out: a child of the context continues that one.
 */
const owners = new WeakMap<object, SpanContext>()
const parent = newTraceparent()

/**
 * Returns the span context of a span of this tracer. Reading `traceFlags` makes the sampling decision, as `inject`
 * does, so that the flags do not change later. Reading the ids does not.
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

/** Returns the span context of a remote context; not sampled if no decision came with it. */
export function remoteSpanContext(remote: RemoteContext): OtelSpanContext {
  return give(remote, remote.toTraceId(true), remote.toSpanId(true), remote.tracestate, {
    traceFlags: remote.priority > 0 ? 1 : 0,
    isRemote: true,
  })
}

/** Returns the span context of the parent of `span`; undefined for a root. */
export function parentContextOf(span: Span): OtelSpanContext | undefined {
  if ((span.parentHi | span.parentLo) === 0) return undefined
  return {
    traceId: span.trace.toTraceId(true),
    spanId: toHex(span.parentHi, span.parentLo),
    get traceFlags() {
      return flagsOf(span)
    },
    // Only for parents in this process the service is known.
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
  // All properties are own and enumerable, so that spread and JSON keep the flags.
  const context = Object.defineProperties({ traceId, spanId }, Object.getOwnPropertyDescriptors(rest))
  if (tracestate) Object.assign(context, { traceState: new TraceState(tracestate) })
  owners.set(context, owner)
  return context as OtelSpanContext
}

/**
 * Returns the span of this tracer, or the remote context, behind a span context; undefined if it is invalid. Never
 * throws.
 */
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

/** Parses the context as the headers it would arrive in, so that the rules for headers apply. */
function toRemote({ traceId, spanId, traceFlags, traceState }: OtelSpanContext): RemoteContext | undefined {
  const flags = toHex(0, Number(traceFlags) & 255).slice(14)
  if (!readTraceparent({ traceparent: `00-${traceId}-${spanId}-${flags}` }, parent)) return undefined
  const tracestate = traceState?.serialize?.()
  return contextOf(parent, { tracestate: tracestate || undefined })
}
