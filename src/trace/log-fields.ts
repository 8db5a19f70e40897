/** The `dd` object of a log record: what ties a line of a log to a span and a service. */

import { toDecimal, toHex, upperHex } from '../std/u64'
import type { LocalTrace } from './local-trace'
import type { RemoteContext } from './remote-context'
import type { Span } from './span'

export interface LogFields {
  /** 32 hex digits; decimal of the lower 64 bits where there are no more, or no more are wanted. */
  trace_id?: string
  /** Decimal. */
  span_id?: string
  service?: string
  version?: string
  env?: string
}

/** What says who logs; a configuration is one. */
export interface LogIdentity {
  readonly service?: string
  readonly version?: string
  readonly env?: string
  readonly traceId128BitLoggingEnabled?: boolean
}

/** Only fields that are known; without a span, those of the service remain. */
export function logFields(context: Span | RemoteContext | undefined, identity: LogIdentity): LogFields {
  const fields: LogFields = {}
  if (context !== undefined) {
    fields.trace_id = loggedTraceId('trace' in context ? context.trace : context, identity)
    fields.span_id = context.toSpanId()
  }
  if (identity.service !== undefined) fields.service = identity.service
  if (identity.version !== undefined) fields.version = identity.version
  if (identity.env !== undefined) fields.env = identity.env
  return fields
}

/** Puts the fields onto a record of a logger that no integration knows; on one that takes none, nothing. */
export function injectLogFields(
  context: Span | RemoteContext | undefined,
  identity: LogIdentity,
  record: { dd?: LogFields },
): void {
  const dd = logFields(context, identity)
  if (Object.keys(dd).length > 0) Reflect.set(record, 'dd', dd)
}

/** The id of a trace as it is logged, see `LogFields`. */
export function loggedTraceId(
  { upperHi, upperLo, traceHi, traceLo }: Pick<LocalTrace, 'upperHi' | 'upperLo' | 'traceHi' | 'traceLo'>,
  { traceId128BitLoggingEnabled }: LogIdentity,
): string {
  return traceId128BitLoggingEnabled === false || (upperHi | upperLo) === 0
    ? toDecimal(traceHi, traceLo)
    : upperHex(upperHi, upperLo) + toHex(traceHi, traceLo)
}
