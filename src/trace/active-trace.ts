/** Ids of the running trace, for a sample of a metric that refers to it. */

import { activeSpan } from './context'
import { UNDECIDED } from './priority'

/** Returns hexadecimal ids of the active span, unless its trace is one of those that are dropped. */
export function activeTrace(): { traceId: string; spanId: string } | undefined {
  const span = activeSpan()
  if (span === undefined) return undefined
  const { priority } = span.trace
  if (priority <= 0 && priority !== UNDECIDED) return undefined
  return { traceId: span.toTraceId(true), spanId: span.toSpanId(true) }
}
