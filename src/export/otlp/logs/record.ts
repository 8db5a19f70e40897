/** A log record as it is encoded (https://opentelemetry.io/docs/specs/otel/logs/data-model/). */

import type { AnyValue } from '../any-value'
import type { Nanos } from '../nanos'
import type { ResourceAttributes, Scope } from '../output'

export interface LogRecord {
  /** When it happened; when it was seen is `observed`. */
  time: Nanos
  observed: Nanos
  /** 1 to 24; 0 = none. */
  severity: number
  severityText: string
  body: AnyValue | undefined
  attributes: Readonly<Record<string, AnyValue>>
  droppedAttributes: number
  /** W3C trace flags. */
  flags: number
  /** 32 and 16 hexadecimal digits; empty outside of spans. */
  traceId: string
  spanId: string
  eventName: string
}

/** Records of one scope. */
export interface RecordOutput {
  readonly byteLength: number
  /** When it throws, nothing was added. */
  add(record: Readonly<LogRecord>): void
  /** The records, and a fresh start. */
  take(): Uint8Array
}

export interface LogFormat {
  readonly contentType: string
  /** An empty place for records. */
  newRecords(): RecordOutput
  resource(attributes: ResourceAttributes): Uint8Array
  /** A request; all its records are of one resource. */
  request(resource: Uint8Array, parts: readonly ScopePart[]): Uint8Array
}

export interface ScopePart {
  scope: Readonly<Scope>
  records: Uint8Array
}
