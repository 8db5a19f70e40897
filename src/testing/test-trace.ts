/** A trace in the form for tests: its spans as they were sent, by start. */

import type { SpanRecord } from '../agent/intake/span'
import type { StoredTrace } from '../agent/store/stored-trace'
import { formatTraceId } from '../agent/store/trace-id'

/** A trace that arrived. */
export interface TestTrace {
  /** Trace id in hexadecimal: 32 digits, or 16 when no chunk carried the high half. */
  traceId: string
  /** Spans by start; with equal starts, by arrival. */
  spans: SpanRecord[]
  /** The span whose parent is not in the trace, the earliest if there are several. */
  root: SpanRecord
}

/** Converts a stored trace. */
export function toTestTrace(trace: StoredTrace): TestTrace {
  const spans = [...trace.spans.values()].sort(byStart)
  const root = spans.find(span => span.parentId === 0n) ?? spans.find(span => !trace.spans.has(span.parentId))
  return { traceId: formatTraceId(trace.id), spans, root: root ?? spans[0] }
}

function byStart(a: SpanRecord, b: SpanRecord): number {
  return a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0
}

/** Returns the children of a span, or the roots of the trace, by start. */
export function childrenOf(trace: TestTrace, parent: SpanRecord | undefined): SpanRecord[] {
  if (parent !== undefined) return trace.spans.filter(span => span.parentId === parent.spanId)
  const ids = new Set(trace.spans.map(span => span.spanId))
  return trace.spans.filter(span => !ids.has(span.parentId))
}

const MAX_LINES = 40

/** Describes traces for the message of a failed assertion: one indented line for each span. */
export function describeTraces(traces: TestTrace[]): string {
  if (traces.length === 0) return 'no trace arrived'
  const lines: string[] = []
  for (const trace of traces) {
    lines.push(`trace ${trace.traceId}`)
    const walk = (parent: SpanRecord | undefined, depth: number) => {
      for (const span of childrenOf(trace, parent)) {
        lines.push(`${'  '.repeat(depth)}${describeSpan(span)}`)
        if (depth < 30) walk(span, depth + 1)
      }
    }
    walk(undefined, 1)
  }
  const rest = lines.length - MAX_LINES
  return rest > 0 ? [...lines.slice(0, MAX_LINES), `… ${rest} more lines`].join('\n') : lines.join('\n')
}

function describeSpan(span: SpanRecord): string {
  const error =
    span.error === 0 ? '' : ` error ${span.meta['error.type'] ?? ''}: ${span.meta['error.message'] ?? ''}`
  return `${span.name} [${span.service}] ${JSON.stringify(span.resource)}${error}`
}
