/** The `dd` object of a log record, which links a log line to its span and service. */

import { toDecimal, toHex, upperHex } from '../std/u64'
import type { LocalTrace } from './local-trace'
import type { RemoteContext } from './remote-context'
import type { Span } from './span'

/** The fields of the `dd` object. */
export interface LogFields {
  /** 32 hex digits; decimal text of the lower 64 bits if the id has 64 bits or `traceId128Logging` is false. */
  trace_id?: string
  /** Decimal text. */
  span_id?: string
  service?: string
  version?: string
  env?: string
}

/** Names the service that logs; the type `Config` fits. */
export interface LogIdentity {
  readonly service?: string
  readonly version?: string
  readonly env?: string
  readonly traceId128BitLoggingEnabled?: boolean
}

/** Returns the known fields; without a span, those of the service. */
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

/** Sets `record.dd`, for loggers without an integration. A record that cannot be changed stays as it is. */
export function injectLogFields(
  context: Span | RemoteContext | undefined,
  identity: LogIdentity,
  record: { dd?: LogFields },
): void {
  const dd = logFields(context, identity)
  if (Object.keys(dd).length > 0) Reflect.set(record, 'dd', dd)
}

/** Returns the id of a trace as log records carry it, see `LogFields`. */
export function loggedTraceId(
  { upperHi, upperLo, traceHi, traceLo }: Pick<LocalTrace, 'upperHi' | 'upperLo' | 'traceHi' | 'traceLo'>,
  { traceId128BitLoggingEnabled }: LogIdentity,
): string {
  return traceId128BitLoggingEnabled === false || (upperHi | upperLo) === 0
    ? toDecimal(traceHi, traceLo)
    : upperHex(upperHi, upperLo) + toHex(traceHi, traceLo)
}
