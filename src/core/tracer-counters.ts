/** The tracer's own counters since the start of the process: what was sent, what was lost, and why. */

/** Counters by name of a status, an error code or a reason. */
export type Counts = Record<string, number>

export interface TracerCounters {
  tracesSent: number
  spansSent: number
  bytesSent: number
  payloadsSent: number
  /** Traces lost, by reason. */
  tracesDropped: Counts
  /** Spans lost, by reason. */
  spansDropped: Counts
  /** Answers of the agent to payloads, by HTTP status. */
  responses: Counts
  /** Requests without an answer, by error code. */
  errors: Counts
}

/** At most so many names are kept apart; error codes are text of others. */
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

/** A payload was accepted. */
export function countSent(traces: number, spans: number, bytes: number): void {
  counters.tracesSent += traces
  counters.spansSent += spans
  counters.bytesSent += bytes
  counters.payloadsSent++
}

export function countDropped(reason: string, traces: number, spans: number): void {
  add(counters.tracesDropped, reason, traces)
  add(counters.spansDropped, reason, spans)
}

export function countResponse(status: number): void {
  add(counters.responses, String(status), 1)
}

export function countError(code: string): void {
  add(counters.errors, code, 1)
}

/** A copy of all counters. */
export function readCounters(): TracerCounters {
  return structuredClone(counters)
}

/** For tests. */
export function resetCounters(): void {
  counters = zero()
}

function add(counts: Counts, name: string, by: number): void {
  const key = Object.hasOwn(counts, name) || Object.keys(counts).length < MAX_NAMES ? name : 'other'
  counts[key] = (Object.hasOwn(counts, key) ? counts[key] : 0) + by
}
