/**
 * Counts the spans of an OTLP `ExportTraceServiceRequest` (opentelemetry/proto/trace/v1/trace.proto): resource spans and
 * scope spans nest as fields 1 and 2, spans are field 2 of the latter; a span's parent is its field 4, its name field 5.
 */

import { type Counts, countSpan } from './sink-counts'

const LENGTH_DELIMITED = 2

export function countOtlpPayload(body: Buffer, counts: Counts): void {
  counts.payloads++
  counts.bytes += body.length
  eachField(body, 1, resourceSpans =>
    eachField(resourceSpans, 2, scopeSpans => eachField(scopeSpans, 2, span => countOne(span, counts))),
  )
}

function countOne(span: Buffer, counts: Counts): void {
  let name = ''
  let isRoot = true
  eachField(span, 4, parent => {
    isRoot = parent.length === 0
  })
  eachField(span, 5, text => {
    name = text.toString()
  })
  countSpan(counts, name, isRoot)
}

/** Calls `found` for each length-delimited field of this number. */
function eachField(message: Buffer, wanted: number, found: (content: Buffer) => void): void {
  const reader = { message, at: 0 }
  while (reader.at < message.length) {
    const tag = varint(reader)
    const type = tag & 7
    if (type === LENGTH_DELIMITED) {
      const length = varint(reader)
      if (tag >>> 3 === wanted) found(message.subarray(reader.at, reader.at + length))
      reader.at += length
    } else if (type === 0) varint(reader)
    else if (type === 1) reader.at += 8
    else if (type === 5) reader.at += 4
    else throw new Error(`wire type ${type} is not of this format`)
  }
}

/** Exact below 2^53, which lengths and tags are; larger values are only skipped. */
function varint(reader: { message: Buffer; at: number }): number {
  let value = 0
  let factor = 1
  for (;;) {
    const byte = reader.message[reader.at++]
    if (byte === undefined) throw new Error('the message ends inside of a number')
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return value
    factor *= 128
  }
}
