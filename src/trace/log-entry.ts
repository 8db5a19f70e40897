/** The log records that the application gives to the tracer. */

import type { RemoteContext } from './remote-context'
import type { Span } from './span'

/** Ids of a span of any tracer, in OpenTelemetry's form. */
export interface SpanIds {
  /** 32 hexadecimal digits. */
  traceId: string
  /** 16 hexadecimal digits. */
  spanId: string
  traceFlags: number
}

/** A log record of the application. */
export interface LogEntry {
  /** The message. Values of other types than string keep their type. */
  body?: unknown
  /** `debug`, `info`, `warn`, `error`, …, or OpenTelemetry's severity number, 1 to 24. */
  severity?: string | number
  attributes?: Record<string, unknown>
  /** The logged error: becomes the attributes `exception.type`, `exception.message` and `exception.stacktrace`. */
  error?: unknown
  /** Time since the epoch, in ms or as seconds and nanoseconds; default now. */
  timestamp?: number | Date | readonly [seconds: number, nanoseconds: number]
  /** The span that the record belongs to; default: the active span; null = none. */
  span?: Span | RemoteContext | SpanIds | null
  /** Makes the record an event of this name. */
  eventName?: string
}

/** A log record with the fields that only OpenTelemetry's API has. */
export interface OtelLogEntry extends LogEntry {
  severityText?: string
  observed?: LogEntry['timestamp']
}

/** Receives a log record of the library that `scope` names. */
export type EmitLog = (entry: OtelLogEntry, scope: { name: string; version: string }) => void
