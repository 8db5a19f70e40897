/** The tracer's own counters since the start of the process: what was sent, what was lost, and why. */

/** Counters by name of a status, an error code or a reason. */
export type Counts = Record<string, number>

/** All counters of the tracer; traces and spans are counted one by one, bytes after encoding. */
export interface TracerCounters {
  tracesSent: number
  spansSent: number
  bytesSent: number
  payloadsSent: number
  /** Number of lost traces, by reason. */
  tracesDropped: Counts
  /** Number of lost spans, by reason. */
  spansDropped: Counts
  /** Number of answers of the agent to payloads, by HTTP status. */
  responses: Counts
  /** Number of requests without an answer, by error code. */
  errors: Counts
}

/** Most names that are counted apart: error codes come from outside, and may be of any number. */
const MAX_NAMES = 64

function zero(): TracerCounters {
  return {
    tracesSent: 0,
    spansSent: 0,
    bytesSent: 0,
    payloadsSent: 0,
    tracesDropped: {},
    spansDropped: {},
    responses: {},
    errors: {},
  }
}

let counters = zero()

/** Counts a payload that was accepted. */
export function countSent(traces: number, spans: number, bytes: number): void {
  counters.tracesSent += traces
  counters.spansSent += spans
  counters.bytesSent += bytes
  counters.payloadsSent++
}

/** Counts lost traces and spans. */
export function countDropped(reason: string, traces: number, spans: number): void {
  add(counters.tracesDropped, reason, traces)
  add(counters.spansDropped, reason, spans)
}

/** Counts an answer to a payload. */
export function countResponse(status: number): void {
  add(counters.responses, String(status), 1)
}

/** Counts a request without an answer. */
export function countError(code: string): void {
  add(counters.errors, code, 1)
}

/** Returns a copy of all counters. */
export function readCounters(): TracerCounters {
  return structuredClone(counters)
}

/** Sets all counters to zero, for tests. */
export function resetCounters(): void {
  counters = zero()
}

function add(counts: Counts, name: string, by: number): void {
  const key = Object.hasOwn(counts, name) || Object.keys(counts).length < MAX_NAMES ? name : 'other'
  counts[key] = (Object.hasOwn(counts, key) ? counts[key] : 0) + by
}
