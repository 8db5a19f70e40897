/** A log record as an application hands it over. */

import type { RemoteContext } from './remote-context'
import type { Span } from './span'

/** Ids as OpenTelemetry has them, of a span of anybody's. */
export interface SpanIds {
  /** 32 hexadecimal digits. */
  traceId: string
  /** 16 hexadecimal digits. */
  spanId: string
  traceFlags: number
}

export interface LogEntry {
  /** The message; values that are no text arrive as what they are. */
  body?: unknown
  /** `debug`, `info`, `warn`, `error`, …; or a number of OpenTelemetry's, 1 to 24. */
  severity?: string | number
  attributes?: Record<string, unknown>
  /** What the record tells of: becomes the attributes `exception.type`, `exception.message` and `exception.stacktrace`. */
  error?: unknown
  /** Since the epoch: ms, or seconds and nanoseconds; default now. */
  timestamp?: number | Date | readonly [seconds: number, nanoseconds: number]
  /** Default: the active span; null for none. */
  span?: Span | RemoteContext | SpanIds | null
  /** Makes it an event of that name. */
  eventName?: string
}

/** A record with what only OpenTelemetry's API has. */
export interface OtelLogEntry extends LogEntry {
  severityText?: string
  observed?: LogEntry['timestamp']
}

/** Takes a record of the library that `scope` names. */
export type EmitLog = (entry: OtelLogEntry, scope: { name: string; version: string }) => void
