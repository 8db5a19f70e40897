/**
 * Reads the answers of a collector. The body is protobuf or JSON, as the request was:
 *
 * | message | fields |
 * |---|---|
 * | ExportTraceServiceResponse (200) | 1 partial_success |
 * | ExportTracePartialSuccess | 1 rejected_spans (int64), 2 error_message |
 * | ExportLogsPartialSuccess | 1 rejected_log_records (int64), 2 error_message |
 * | google.rpc.Status (errors) | 2 message |
 *
 * and what its status means (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response): 2xx accepted; 429, 502,
 * 503, 504 send again; all others: never.
 */

import type { AgentResponse } from '../../core/exchange'
import { field, parse, reasonOf } from '../send/responses'

/** Meaning of a status: accepted, send again, or never send again. */
export type CollectorVerdict = 'accepted' | 'again' | 'refused'

/** Returns the meaning of a status. */
export function verdictOf(status: number): CollectorVerdict {
  if (status >= 200 && status < 300) return 'accepted'
  return status === 429 || (status >= 502 && status <= 504) ? 'again' : 'refused'
}

/** What a collector says about a request that it accepted. */
export interface PartialSuccess {
  /** Spans, or log records. */
  rejected: number
  /** Reason; where nothing was rejected, what the sender should mend. */
  message: string
}

/** Returns undefined when nothing was rejected, or the answer cannot be read: the request was accepted all the same. */
export function partialSuccessOf(response: AgentResponse): PartialSuccess | undefined {
  const { rejected, message } = isJson(response) ? fromJson(response.body) : fromProtobuf(response.bytes)
  return rejected > 0 || message !== '' ? { rejected, message: reasonOf(message) } : undefined
}

/** Returns the collector's own words for a refusal as one short line; empty when it gave none. */
export function refusalOf(response: AgentResponse): string {
  const type = response.headers['content-type'] ?? ''
  if (type.includes('protobuf')) return reasonOf(textOf(response.bytes, 2))
  const message = isJson(response) ? field(parse(response.body), 'message') : undefined
  return reasonOf(typeof message === 'string' ? message : response.body)
}

function isJson({ headers }: AgentResponse): boolean {
  return headers['content-type']?.includes('json') === true
}

function fromJson(body: string): PartialSuccess {
  const partial = field(parse(body), 'partialSuccess')
  const message = field(partial, 'errorMessage')
  return {
    rejected: Number(field(partial, 'rejectedSpans') ?? field(partial, 'rejectedLogRecords') ?? 0) || 0,
    message: typeof message === 'string' ? message : '',
  }
}

function fromProtobuf(bytes: Uint8Array): PartialSuccess {
  let rejected = 0
  let message = ''
  eachField(bytes, (number, partial) => {
    if (number !== 1 || typeof partial === 'number') return
    eachField(partial, (inner, value) => {
      if (inner === 1 && typeof value === 'number') rejected = value
      else if (inner === 2 && typeof value !== 'number') message = Buffer.from(value).toString('utf8')
    })
  })
  return { rejected, message }
}

function textOf(bytes: Uint8Array, wanted: number): string {
  let text = ''
  eachField(bytes, (number, value) => {
    if (number === wanted && typeof value !== 'number') text = Buffer.from(value).toString('utf8')
  })
  return text
}

/** Calls `found` for each varint and each run of bytes; stops where the bytes are not protobuf. */
function eachField(bytes: Uint8Array, found: (field: number, value: number | Uint8Array) => void): void {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; at < bytes.length; factor *= 128) {
      const byte = bytes[at++]
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    return Number.NaN
  }
  while (at < bytes.length) {
    const tag = varint()
    const value = varint()
    if (Number.isNaN(value)) return
    if ((tag & 7) === 0) found(tag >>> 3, value)
    else if ((tag & 7) === 2 && at + value <= bytes.length) {
      found(tag >>> 3, bytes.subarray(at, at + value))
      at += value
    } else return
  }
}
