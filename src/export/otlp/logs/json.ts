/** Logs as JSON: the messages of protobuf.ts with their fields in lowerCamelCase, spelled as in ../json.ts. */

import { anyValue, encodeResource, listOf, quoted } from '../json-values'
import { decimalOf } from '../nanos'
import type { LogFormat, LogRecord, RecordOutput } from './record'

class JsonRecords implements RecordOutput {
  #done: Buffer[] = []
  byteLength = 0

  add(record: Readonly<LogRecord>): void {
    const text = textOf(record)
    const bytes = Buffer.from(this.#done.length === 0 ? text : `,${text}`)
    this.#done.push(bytes)
    this.byteLength += bytes.length
  }

  take(): Uint8Array {
    const records = Buffer.concat(this.#done)
    this.#done = []
    this.byteLength = 0
    return records
  }
}

function textOf(record: Readonly<LogRecord>): string {
  const { severity, severityText, body, droppedAttributes, traceId, spanId, flags, eventName } = record
  const span = traceId === '' ? '' : `,"flags":${flags},"traceId":"${traceId}","spanId":"${spanId}"`
  return (
    `{"timeUnixNano":"${decimalOf(record.time)}","observedTimeUnixNano":"${decimalOf(record.observed)}"` +
    (severity === 0 ? '' : `,"severityNumber":${severity}`) +
    (severityText === '' ? '' : `,"severityText":${quoted(severityText)}`) +
    (body === undefined ? '' : `,"body":${anyValue(body)}`) +
    listOf(record.attributes) +
    (droppedAttributes === 0 ? '' : `,"droppedAttributesCount":${droppedAttributes}`) +
    span +
    (eventName === '' ? '}' : `,"eventName":${quoted(eventName)}}`)
  )
}

/** The format `http/json` of logs. */
export const json: LogFormat = {
  contentType: 'application/json',
  newRecords: () => new JsonRecords(),
  resource: encodeResource,
  request(resource, parts) {
    const pieces: Uint8Array[] = [Buffer.from('{"resourceLogs":[{"resource":'), resource]
    let separator = ',"scopeLogs":['
    for (const { scope, records } of parts) {
      const { name, version } = scope
      const head = `{"scope":{"name":${quoted(name)},"version":${quoted(version)}},"logRecords":[`
      pieces.push(Buffer.from(separator + head), records, Buffer.from(']}'))
      separator = ','
    }
    pieces.push(Buffer.from(']}]}'))
    return Buffer.concat(pieces)
  },
}
