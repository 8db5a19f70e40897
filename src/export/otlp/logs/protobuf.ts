/**
 * Logs as protobuf (https://github.com/open-telemetry/opentelemetry-proto):
 *
 * | message | fields |
 * |---|---|
 * | ExportLogsServiceRequest | 1 resource_logs* |
 * | ResourceLogs | 1 resource, 2 scope_logs* |
 * | ScopeLogs | 1 scope, 2 log_records* |
 * | LogRecord | 1 time_unix_nano (fixed64), 2 severity_number (enum), 3 severity_text, 5 body (AnyValue), 6 attributes*, 7 dropped_attributes_count, 8 flags (fixed32), 9 trace_id (16 bytes), 10 span_id (8 bytes), 11 observed_time_unix_nano (fixed64), 12 event_name |
 *
 * `*` repeated; attributes, resource and scope are in ../protobuf-values.ts.
 */

import { Writer } from 'protobufjs/minimal'
import {
  BYTES,
  encodeResource,
  encodeScope,
  FIXED32,
  lengthened,
  tag,
  VARINT,
  writeAttributes,
  writeTime,
  writeValue,
} from '../protobuf-values'
import { sendable } from '../text'
import type { LogFormat, LogRecord, RecordOutput } from './record'

class ProtobufRecords implements RecordOutput {
  readonly #out = Writer.create()

  get byteLength(): number {
    return this.#out.pos
  }

  add(record: Readonly<LogRecord>): void {
    const out = this.#out
    const start = out.pos
    try {
      write(record, out.uint32(tag(2, BYTES)).fork())
      out.ldelim()
    } catch (error) {
      out.pos = start
      out.states = null
      throw error
    }
  }

  take(): Uint8Array {
    const bytes = this.#out.finish()
    this.#out.reset()
    return bytes
  }
}

function write(record: Readonly<LogRecord>, out: Writer): void {
  writeTime(out, 1, record.time)
  if (record.severity !== 0) out.uint32(tag(2, VARINT)).uint32(record.severity)
  if (record.severityText !== '') out.uint32(tag(3, BYTES)).string(sendable(record.severityText))
  if (record.body !== undefined) writeValue(out.uint32(tag(5, BYTES)), record.body)
  writeAttributes(out, 6, record.attributes)
  if (record.droppedAttributes > 0) out.uint32(tag(7, VARINT)).uint32(record.droppedAttributes)
  if (record.traceId !== '') {
    out.uint32(tag(8, FIXED32)).fixed32(record.flags)
    out.uint32(tag(9, BYTES)).bytes(Buffer.from(record.traceId, 'hex'))
    out.uint32(tag(10, BYTES)).bytes(Buffer.from(record.spanId, 'hex'))
  }
  writeTime(out, 11, record.observed)
  if (record.eventName !== '') out.uint32(tag(12, BYTES)).string(sendable(record.eventName))
}

/** The format `http/protobuf` of logs. */
export const protobuf: LogFormat = {
  contentType: 'application/x-protobuf',
  newRecords: () => new ProtobufRecords(),
  resource: encodeResource,
  request(resource, parts) {
    const pieces: Uint8Array[] = [resource]
    for (const { scope, records } of parts) {
      const header = encodeScope(scope.name, scope.version)
      pieces.push(lengthened(2, header.length + records.length), header, records)
    }
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    return Buffer.concat([lengthened(1, length), ...pieces])
  },
}
