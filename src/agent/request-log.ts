/** Remembers the last requests to the intake with their headers and outcome, up to a limit. */

import type { IncomingMessage } from 'node:http'
import { redactRecord } from './intake/redact'
import type { SpanRecord } from './intake/span'

/** A request to the intake. */
export interface RequestRecord {
  /** Unix time of arrival, ms. */
  atMs: number
  method: string
  /** Path with its query. */
  path: string
  /** Headers by lower-case name; secrets are replaced unless redaction is off. */
  headers: Record<string, string>
  /** Body bytes as they came over the wire, 0 until they were read. */
  bytes: number
  /** Status of the answer; 0 as long as there is none. */
  status: number
  /** `accepted`, or the reason of the refusal. */
  outcome: string
  /** The trace count that the client claims in `X-Datadog-Trace-Count`. */
  declaredTraces?: number
  /** The trace chunks that were decoded, also when they were not kept. */
  decodedTraces?: number
  decodedSpans?: number
  /** Id of the profile in this request; the store may have evicted it since. */
  profileId?: string
  /** Spans as they were sent, chunk by chunk; only with the option `keepChunks`. */
  chunks?: SpanRecord[][]
}

/** The remembered requests. */
export interface RequestLog {
  /** Notes a request on arrival; its outcome is filled in later. */
  open(request: IncomingMessage): RequestRecord
  /** Returns the remembered requests, oldest first. */
  list(): RequestRecord[]
  clear(): void
}

/** Creates a log of the last `limit` requests. */
export function createRequestLog(limit: number, redact: boolean): RequestLog {
  let records: RequestRecord[] = []
  return {
    open(request) {
      const headers: Record<string, string> = {}
      for (const [name, value] of Object.entries(request.headers)) {
        if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
      }
      const record: RequestRecord = {
        atMs: Date.now(),
        method: request.method ?? '',
        path: request.url ?? '',
        headers: redact ? redactRecord(headers) : headers,
        bytes: 0,
        status: 0,
        outcome: 'no answer yet',
      }
      const declared = headers['x-datadog-trace-count']
      if (declared !== undefined && /^\d+$/.test(declared)) record.declaredTraces = Number(declared)
      records.push(record)
      // Cut in batches: shifting an array on every request moves it every time.
      if (records.length > limit * 2) records = records.slice(-limit)
      return record
    },
    list: () => records.slice(-limit),
    clear() {
      records = []
    },
  }
}
