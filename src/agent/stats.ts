/** Counts payloads by tracer, with their errors. */

import type { IncomingHttpHeaders } from 'node:http'

/** Number of reasons and of tracers that are told apart; further ones are counted as `other`. */
const MAX_KINDS = 64

/** Counts of one tracer version. */
export interface TracerStats {
  /** Language of the tracer, such as `nodejs`; for uploads of profiles their origin, such as `dd-trace-js`. */
  language: string
  languageVersion: string
  tracerVersion: string
  payloads: number
  traces: number
  spans: number
  decodeErrors: number
  /** Unix time, ms. */
  lastSeenMs: number
}

/** Counts of the intake. */
export interface IntakeStats {
  startedMs: number
  payloads: number
  traces: number
  spans: number
  /** Number of uploads of profiles. */
  profiles: number
  /** Bytes of bodies on the wire. */
  bytes: number
  decodeErrors: number
  decodeErrorReasons: Record<string, number>
  /** Requests answered 4xx, by status. */
  refused: Record<string, number>
  /** Chunks that the Datadog Agent would have dropped after decoding, by its name for the reason. */
  droppedTraces: Record<string, number>
  /** Number of payloads whose `X-Datadog-Trace-Count` was not their number of traces. */
  wrongTraceCounts: number
  tracers: TracerStats[]
}

/** Counts what the intake takes and refuses. */
export interface Counters {
  payload(headers: IncomingHttpHeaders, bytes: number, traces: number, spans: number): void
  profile(headers: IncomingHttpHeaders, bytes: number): void
  decodeError(headers: IncomingHttpHeaders, bytes: number, reason: string): void
  refused(status: number): void
  dropped(reason: string): void
  wrongTraceCount(): void
  read(): IntakeStats
  clear(): void
}

/** Creates counters at 0. */
export function createCounters(): Counters {
  let stats = empty()
  let tracers = new Map<string, TracerStats>()

  const tracerOf = (headers: IncomingHttpHeaders): TracerStats => {
    const language = one(headers['datadog-meta-lang'] ?? headers['dd-evp-origin'])
    const languageVersion = one(headers['datadog-meta-lang-version'])
    const tracerVersion = one(headers['datadog-meta-tracer-version'] ?? headers['dd-evp-origin-version'])
    let key = `${language} ${languageVersion} ${tracerVersion}`
    let tracer = tracers.get(key)
    if (tracer === undefined) {
      if (tracers.size >= MAX_KINDS) key = 'other'
      tracer = tracers.get(key) ?? {
        ...(key === 'other'
          ? { language: 'other', languageVersion: '', tracerVersion: '' }
          : { language, languageVersion, tracerVersion }),
        payloads: 0,
        traces: 0,
        spans: 0,
        decodeErrors: 0,
        lastSeenMs: 0,
      }
      tracers.set(key, tracer)
    }
    tracer.payloads++
    tracer.lastSeenMs = Date.now()
    stats.payloads++
    return tracer
  }

  return {
    payload(headers, bytes, traces, spans) {
      const tracer = tracerOf(headers)
      tracer.traces += traces
      tracer.spans += spans
      stats.traces += traces
      stats.spans += spans
      stats.bytes += bytes
    },
    profile(headers, bytes) {
      tracerOf(headers)
      stats.profiles++
      stats.bytes += bytes
    },
    decodeError(headers, bytes, reason) {
      tracerOf(headers).decodeErrors++
      stats.bytes += bytes
      stats.decodeErrors++
      count(stats.decodeErrorReasons, reason.slice(0, 200))
    },
    refused: status => count(stats.refused, String(status)),
    dropped: reason => count(stats.droppedTraces, reason),
    wrongTraceCount() {
      stats.wrongTraceCounts++
    },
    read: () => ({
      ...structuredClone(stats),
      tracers: [...tracers.values()].map(tracer => ({ ...tracer })),
    }),
    clear() {
      stats = empty()
      tracers = new Map()
    },
  }
}

function empty(): IntakeStats {
  return {
    startedMs: Date.now(),
    payloads: 0,
    traces: 0,
    spans: 0,
    profiles: 0,
    bytes: 0,
    decodeErrors: 0,
    decodeErrorReasons: {},
    refused: {},
    droppedTraces: {},
    wrongTraceCounts: 0,
    tracers: [],
  }
}

function count(counts: Record<string, number>, key: string): void {
  const kind = key in counts || Object.keys(counts).length < MAX_KINDS ? key : 'other'
  counts[kind] = (counts[kind] ?? 0) + 1
}

function one(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header[0] : (header ?? '')).slice(0, 100)
}
