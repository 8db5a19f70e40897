/**
 * What is sent of a trace that sampling drops, where the agent has statistics from us and need not see it: as in other
 * tracers (`drop_chunks` of libdatadog), what one of the agent's samplers for such traces may want.
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

const ANALYSED = '_dd1.sr.eausr'

/** Hands on to `sink` what is to be sent of a trace with a priority of 0 or below; returns how many spans were. */
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

/** The decision about the trace stands: what it says of itself to other services, and its later chunks. */
function addKept(trace: LocalTrace, spans: readonly SpanRecord[], sink: TraceSink): void {
  const { priority } = trace
  trace.priority = USER_KEEP
  try {
    sink.add(trace, spans)
  } finally {
    trace.priority = priority
  }
}
