/** A log record as the parts of the tracer hand it on. */

import type { LogEntry } from './public'

/** A log record with the fields that only OpenTelemetry's API has. */
export interface OtelLogEntry extends LogEntry {
  severityText?: string
  observed?: LogEntry['timestamp']
}

/** Receives a log record of the library that `scope` names. */
export type EmitLog = (entry: OtelLogEntry, scope: { name: string; version: string }) => void
