/** Counts spans in buckets of ten seconds, by the time at which they ended. */

import { log } from '../../core/log'
import type { LocalTrace, SpanRecord } from '../../trace/local-trace'
import { Bucket } from './bucket'
import { KeyReader } from './key'
import type { Offer } from './offer'
import { LONGEST_NS, newSketch } from './sketch'

/** Length of a bucket, in ms. */
export const BUCKET_MS = 10_000
/**
 * Spans wait at most a minute for the rest of their trace (trace/waiting.ts): so many buckets are open while an
 * agent is there to take those that have ended.
 */
export const MAX_BUCKETS = 8

/** The open buckets, and the reader of keys that fits the agent. */
export class Aggregator {
  readonly #service: string
  #reader: KeyReader
  #buckets: Bucket[] = []
  /** The bucket of the last span. */
  #last: Bucket | undefined

  /** `service` is the tracer's own. */
  constructor(service: string, offer: Offer) {
    this.#service = service
    this.#reader = new KeyReader(service, offer)
  }

  get isEmpty(): boolean {
    return this.#buckets.length === 0
  }

  /** Groups spans from now on by what this agent asks for. */
  use(offer: Offer): void {
    this.#reader = new KeyReader(this.#service, offer)
    for (const bucket of this.#buckets) bucket.forgetKeys()
  }

  /** Counts finished spans, without those that do not count in statistics. */
  add(trace: LocalTrace, spans: readonly SpanRecord[]): void {
    const reader = this.#reader
    const isSynthetics = trace.origin?.startsWith('synthetics') === true
    for (let index = 0; index < spans.length; index++) {
      const span = spans[index]
      if (!reader.read(span, isSynthetics)) continue
      const endMs = trace.anchorMs + (span.startTicks - trace.anchorTicks) + span.durationMs
      const group = this.#bucketOf(endMs).group(reader.key)
      const duration = Math.min(Math.round(span.durationMs * 1e6), LONGEST_NS)
      group.hits++
      group.duration += duration
      if (reader.isTopLevel) group.topLevelHits++
      if (span.error === 1) {
        group.errors++
        group.error ??= newSketch()
        group.error.accept(duration)
      } else {
        group.ok ??= newSketch()
        group.ok.accept(duration)
      }
    }
  }

  /** Takes out the buckets that have ended by `nowMs`, oldest first; every bucket without a time. */
  take(nowMs = Number.POSITIVE_INFINITY): Bucket[] {
    const ended: Bucket[] = []
    const open: Bucket[] = []
    for (const bucket of this.#buckets) (bucket.startMs + BUCKET_MS <= nowMs ? ended : open).push(bucket)
    this.#buckets = open
    this.#last = undefined
    return ended
  }

  #bucketOf(endMs: number): Bucket {
    const last = this.#last
    if (last !== undefined && endMs >= last.startMs && endMs < last.startMs + BUCKET_MS) return last
    // The application may have given any time; a bucket in the future would wait until then.
    const startMs = startOf(Math.min(endMs, Date.now()))
    this.#last = this.#buckets.find(bucket => bucket.startMs === startMs) ?? this.#open(startMs)
    return this.#last
  }

  #open(startMs: number): Bucket {
    const buckets = this.#buckets
    if (buckets.length >= MAX_BUCKETS) {
      // A span that ended before every open bucket counts in the oldest.
      if (startMs < buckets[0].startMs) return buckets[0]
      buckets.shift()
      log.warn('stats lost', 'trace statistics of ten seconds are lost: the agent did not take them in time')
    }
    const bucket = new Bucket(startMs)
    buckets.push(bucket)
    buckets.sort((a, b) => a.startMs - b.startMs)
    return bucket
  }
}

function startOf(ms: number): number {
  return Math.floor(ms / BUCKET_MS) * BUCKET_MS
}
