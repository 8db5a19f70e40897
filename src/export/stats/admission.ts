/**
 * Decides which spans are sent of a trace that sampling drops, if the tracer computes the statistics and the agent
 * need not see the trace. As in other tracers (`drop_chunks` of libdatadog), these are the spans that one of the
 * agent's samplers for dropped traces may want.
 *
 * | chunk has | sent |
 * |---|---|
 * | an error | all of it, with its priority |
 * | spans that a span rule keeps | these, with priority 2 |
 * | spans to be analysed (`_dd1.sr.eausr`) | these |
 * | none of these | nothing |
 */

import type { LocalTrace, SpanRecord, TraceSink } from '../../trace/local-trace'
import { USER_KEEP } from '../../trace/priority'
import type { SpanSampler } from '../../trace/sampling/span-sampler'

/** Tag of a span that is to be analysed, with the rate. */
const ANALYSED = '_dd1.sr.eausr'

/** Hands on to `sink` the spans to send of a trace with a priority of 0 or below. Returns their number. */
export function admit(
  trace: LocalTrace,
  spans: readonly SpanRecord[],
  sampler: SpanSampler | undefined,
  sink: TraceSink,
): number {
  let isFailed = false
  let isKept = false
  const chosen: SpanRecord[] = []
  for (const span of spans) {
    if (span.error === 1) isFailed = true
    if (sampler?.keep(span) === true) {
      isKept = true
      chosen.push(span)
    } else if (Number(span.tags[ANALYSED]) > 0) chosen.push(span)
  }
  if (isFailed) sink.add(trace, spans)
  else if (isKept) addKept(trace, chosen, sink)
  else if (chosen.length > 0) sink.add(trace, chosen)
  return isFailed ? spans.length : chosen.length
}

/** Hands on kept spans with priority 2, without changing the decision for later chunks and other services. */
function addKept(trace: LocalTrace, spans: readonly SpanRecord[], sink: TraceSink): void {
  const { priority } = trace
  trace.priority = USER_KEEP
  try {
    sink.add(trace, spans)
  } finally {
    trace.priority = priority
  }
}
