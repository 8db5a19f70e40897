/** Spans of a tracer that is off: every method can be called, and nothing is recorded or sent. */

import { LocalTrace, type TraceRuntime } from './local-trace'
import { AUTO_REJECT } from './priority'
import { Span } from './span'
import { userSite } from './user-sites'

const NOOP_RUNTIME: TraceRuntime = {
  enabled: false,
  service: '',
  traceId128: false,
  partialFlushMinSpans: Number.POSITIVE_INFINITY,
  sampler: {
    decide(trace) {
      trace.priority = AUTO_REJECT
    },
  },
  sink: { add() {} },
  onOpenSpansDetached() {},
}

/** Returns a span with zero ids that is finished and released from the start, so that it keeps no tags. */
export function noopSpan(): Span {
  const trace = new LocalTrace(NOOP_RUNTIME)
  trace.recording = false
  const span = new Span(0, 0, trace, userSite('noop', false), '', {}, trace.anchorTicks)
  span.durationMs = 0
  span.release()
  return span
}
