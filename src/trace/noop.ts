/** Spans of a tracer that is off: they answer every call and leave no trace. */

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

/** Finished and released from the start, so that nothing is kept of what is set on it. Its ids are zero. */
export function noopSpan(): Span {
  const trace = new LocalTrace(NOOP_RUNTIME)
  trace.recording = false
  const span = new Span(0, 0, trace, userSite('noop', false), '', {}, trace.anchorTicks)
  span.durationMs = 0
  span.release()
  return span
}
