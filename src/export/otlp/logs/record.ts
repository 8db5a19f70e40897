/** A log record as it is encoded (https://opentelemetry.io/docs/specs/otel/logs/data-model/). */

import type { AnyValue } from '../any-value'
import type { Nanos } from '../nanos'
import type { ResourceAttributes, Scope } from '../output'

/** The fields of a record. */
export interface LogRecord {
  /** Time at which the record was written; `observed` is the time at which the tracer got it. */
  time: Nanos
  observed: Nanos
  /** Severity from 1 to 24; 0 for none. */
  severity: number
  severityText: string
  body: AnyValue | undefined
  attributes: Readonly<Record<string, AnyValue>>
  droppedAttributes: number
  /** W3C trace flags. */
  flags: number
  /** Ids of 32 and 16 hexadecimal digits; empty outside of spans. */
  traceId: string
  spanId: string
  eventName: string
}

/** The records of one scope. */
export interface RecordOutput {
  readonly byteLength: number
  /** Adds a record. When this throws, nothing was added. */
  add(record: Readonly<LogRecord>): void
  /** Returns the records and starts anew. */
  take(): Uint8Array
}

/** A format of logs. */
export interface LogFormat {
  readonly contentType: string
  /** Returns an empty output. */
  newRecords(): RecordOutput
  resource(attributes: ResourceAttributes): Uint8Array
  /** Returns the body of a request; all its records are of one resource. */
  request(resource: Uint8Array, parts: readonly ScopePart[]): Uint8Array
}

/** The encoded records of one scope. */
export interface ScopePart {
  scope: Readonly<Scope>
  records: Uint8Array
}
