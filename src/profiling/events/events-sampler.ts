/**
 * Gathers garbage collections, lookups of names and connections of this thread from Node's PerformanceObserver. File
 * operations, compression and cryptography have no entries there, and wrapping their functions would slow every
 * program.
 */

import { availableParallelism } from 'node:os'
import { PerformanceObserver } from 'node:perf_hooks'
import { runDetached } from '../../core/detached-context'
import { fence } from '../../core/fence'
import type { SpanRecord } from '../../trace/local-trace'
import type { Sampler } from '../types'
import { encodeEvents } from './encode-events'
import { gcLabels, operationLabels, type PerformanceEntryLike, type TimelineEvent } from './event'
import { OperationSpans } from './operation-spans'
import { Reservoir } from './reservoir'

/** Interval and length of windows, which limit how many events are kept. */
export interface EventsOptions {
  /** Time between samples of the wall sampler: an operation that takes as long is kept in 63 of 100 cases. */
  intervalUs: number
  windowMs: number
}

const MOST_EVENTS = 100_000
/** Threads of libuv's pool, unless UV_THREADPOOL_SIZE sets another number. */
const POOL_THREADS = 4

/** Returns the most events of a window: as many as the threads that can be busy at once would have samples. */
export function capacityOf({ intervalUs, windowMs }: EventsOptions): number {
  const threads = Number(process.env.UV_THREADPOOL_SIZE) || POOL_THREADS
  const busy = Math.min(availableParallelism(), threads) + 2
  return Math.min(MOST_EVENTS, Math.ceil(((windowMs * 1000) / intervalUs) * busy))
}

/** The sampler of events. */
export class EventsSampler implements Sampler {
  readonly type = 'events'
  readonly #intervalMs: number
  readonly #events: Reservoir<TimelineEvent>
  readonly #spans = new OperationSpans()
  #observer: PerformanceObserver | undefined
  #startedMs = 0

  constructor(options: EventsOptions) {
    this.#intervalMs = options.intervalUs / 1000
    this.#events = new Reservoir(capacityOf(options))
  }

  start(): boolean {
    if (this.#observer !== undefined) return false
    fence('events of Node', () => {
      const observer = new PerformanceObserver(list => this.#add(list.getEntries()))
      runDetached(() => observer.observe({ entryTypes: ['gc', 'dns', 'net'] }))
      this.#observer = observer
      this.#startedMs = performance.now()
    })
    return this.#observer !== undefined
  }

  /** Ends the window. Resolves with undefined also if there was no event. */
  async take(again: boolean): Promise<Uint8Array | undefined> {
    if (this.#observer === undefined) return undefined
    // Entries that Node has recorded but not delivered yet.
    this.#add(this.#observer.takeRecords())
    const startedMs = this.#startedMs
    const nowMs = performance.now()
    const epochMs = Date.now()
    this.#startedMs = nowMs
    const events = this.#events.take()
    if (!again) this.stop()
    return events.length === 0 ? undefined : encodeEvents(events, startedMs, nowMs, epochMs)
  }

  stop(): void {
    this.#observer?.disconnect()
    this.#observer = undefined
    this.#events.take()
    this.#spans.clear()
  }

  /** Takes note of a finished span, by which lookups and connections find the span that they were made in. */
  closed(span: SpanRecord): void {
    if (this.#observer !== undefined) this.#spans.closed(span)
  }

  #add(entries: readonly PerformanceEntryLike[]): void {
    fence('events of Node', () => {
      for (const entry of entries) {
        const { entryType, startTime: startMs, duration: durationMs } = entry
        if (entryType === 'gc')
          this.#events.add({ startMs, durationMs, labels: gcLabels(entry), span: undefined })
        else {
          const span = this.#spans.find(entry)
          if (this.#isSampled(durationMs))
            this.#events.add({ startMs, durationMs, labels: operationLabels(entry), span })
        }
      }
    })
  }

  /** Returns whether at least one point of a Poisson process whose mean is the interval falls into the operation. */
  #isSampled(durationMs: number): boolean {
    return Math.random() < -Math.expm1(-durationMs / this.#intervalMs)
  }
}
