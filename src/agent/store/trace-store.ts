/** Keeps traces in memory, merged from their chunks and capped in bytes. */

import type { SpanRecord } from '../intake/span'
import { StoredTrace } from './stored-trace'
import { parseHighBits, type TraceId } from './trace-id'

/** Counts of the store. */
export interface StoreStats {
  traces: number
  spans: number
  bytes: number
  limitBytes: number
  evictedTraces: number
  evictedSpans: number
  /** Number of spans whose id was there already: retries, and updates of long-running spans. */
  duplicateSpans: number
}

/**
 * Two chunks belong together when their low 64 bits are equal and their high ones (`_dd.p.tid`, which only some
 * chunks carry) do not contradict each other.
 *
 * Eviction takes whole traces, the one first seen first; those with errors last, for as long as they fill less than
 * half of the store: else a store full of errors would refuse everything new.
 */
export class TraceStore {
  readonly #limitBytes: number
  readonly #byLowBits = new Map<bigint, StoredTrace[]>()
  /** Traces without and with errors, each in order of eviction. */
  readonly #plain = new Set<StoredTrace>()
  readonly #failed = new Set<StoredTrace>()
  #bytes = 0
  #failedBytes = 0
  #spans = 0
  #evictedTraces = 0
  #evictedSpans = 0
  #duplicateSpans = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** Adds one chunk: at least one span, all of one trace. */
  add(chunk: SpanRecord[], nowMs: number = Date.now()): void {
    const low = chunk[0].traceId
    let high = 0n
    for (const span of chunk) high ||= parseHighBits(span.meta['_dd.p.tid'])
    const trace = this.find({ low, high }) ?? this.#create({ low, high })
    if (high !== 0n) trace.id.high = high

    const spansBefore = trace.spans.size
    this.#account(trace, -1)
    this.#duplicateSpans += trace.add(chunk, nowMs)
    this.#spans += trace.spans.size - spansBefore
    if (trace.errorCount > 0) {
      this.#plain.delete(trace)
      this.#failed.add(trace)
    } else {
      this.#failed.delete(trace)
      this.#plain.add(trace)
    }
    this.#account(trace, 1)
    while (this.#bytes > this.#limitBytes) this.#evictOne()
  }

  /** Returns the trace with this id; an unknown high half on either side matches any, the last one seen first. */
  find(id: TraceId): StoredTrace | undefined {
    const candidates = this.#byLowBits.get(id.low) ?? []
    const exact = candidates.find(trace => trace.id.high === id.high)
    return exact ?? candidates.findLast(trace => id.high === 0n || trace.id.high === 0n)
  }

  /** Returns all traces, in no particular order. */
  all(): StoredTrace[] {
    return [...this.#plain, ...this.#failed]
  }

  stats(): StoreStats {
    return {
      traces: this.#plain.size + this.#failed.size,
      spans: this.#spans,
      bytes: this.#bytes,
      limitBytes: this.#limitBytes,
      evictedTraces: this.#evictedTraces,
      evictedSpans: this.#evictedSpans,
      duplicateSpans: this.#duplicateSpans,
    }
  }

  /** Forgets everything, including the counts of evicted traces. */
  clear(): void {
    this.#byLowBits.clear()
    this.#plain.clear()
    this.#failed.clear()
    this.#bytes = this.#failedBytes = this.#spans = 0
    this.#evictedTraces = this.#evictedSpans = this.#duplicateSpans = 0
  }

  #create(id: TraceId): StoredTrace {
    const trace = new StoredTrace(id)
    const siblings = this.#byLowBits.get(id.low)
    if (siblings === undefined) this.#byLowBits.set(id.low, [trace])
    else siblings.push(trace)
    return trace
  }

  /** Adds (1) or takes away (-1) the trace's bytes; a new trace is in neither set and was never added. */
  #account(trace: StoredTrace, sign: 1 | -1): void {
    if (this.#failed.has(trace)) this.#failedBytes += sign * trace.bytes
    else if (!this.#plain.has(trace)) return
    this.#bytes += sign * trace.bytes
  }

  #evictOne(): void {
    const failedFirst = this.#failedBytes > this.#limitBytes / 2
    const [first, second] = failedFirst ? [this.#failed, this.#plain] : [this.#plain, this.#failed]
    const trace = oldest(first) ?? oldest(second)
    if (trace === undefined) return
    this.#account(trace, -1)
    this.#plain.delete(trace)
    this.#failed.delete(trace)
    const siblings = this.#byLowBits.get(trace.id.low)?.filter(other => other !== trace) ?? []
    if (siblings.length === 0) this.#byLowBits.delete(trace.id.low)
    else this.#byLowBits.set(trace.id.low, siblings)
    this.#spans -= trace.spans.size
    this.#evictedTraces++
    this.#evictedSpans += trace.spans.size
  }
}

function oldest(traces: Set<StoredTrace>): StoredTrace | undefined {
  return traces.values().next().value
}
