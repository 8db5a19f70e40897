/** The `dd` object of a log record: what ties a line of a log to a span and a service. */

import { toHex } from '../std/u64'
import type { RemoteContext } from './remote-context'
import type { Span } from './span'

export interface LogFields {
  /** 32 hex digits, or decimal where the trace has 64 bits. */
  trace_id?: string
  /** Decimal. */
  span_id?: string
  service?: string
  version?: string
  env?: string
}

/** Only fields that are known; without a span, those of the service remain. */
export function logFields(
  context: Span | RemoteContext | undefined,
  identity: { service?: string; version?: string; env?: string },
): LogFields {
  const fields: LogFields = {}
  if (context !== undefined) {
    const trace = 'trace' in context ? context.trace : context
    const isLong = (trace.upperHi | trace.upperLo) !== 0
    fields.trace_id = isLong
      ? toHex(trace.upperHi, trace.upperLo) + toHex(trace.traceHi, trace.traceLo)
      : context.toTraceId()
    fields.span_id = context.toSpanId()
  }
  if (identity.service !== undefined) fields.service = identity.service
  if (identity.version !== undefined) fields.version = identity.version
  if (identity.env !== undefined) fields.env = identity.env
  return fields
}
