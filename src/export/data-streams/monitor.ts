/** Data streams monitoring: counts messages at checkpoints, and sends the counts to the agent every ten seconds. */

import { gzipSync } from 'node:zlib'
import { endsWithin } from '../../core/deadline'
import { runDetached } from '../../core/detached-context'
import { fence } from '../../core/fence'
import { log } from '../../core/log'
import type { FlushReason, Signal, Unsent } from '../../core/signal'
import type { Transport } from '../../core/transport'
import { every } from '../../std/timer'
import type { DataStreams, Pathway } from '../../trace/data-streams'
import type { SpanRecord } from '../../trace/local-trace'
import { headerText } from '../../trace/propagation/carrier'
import { StatsSender } from '../stats/sender'
import { StreamBucket } from './bucket'
import { decodePathway, encodePathway, PATHWAY_HEADER } from './context'
import { NO_HASH, PathwayHashes } from './hash'
import { BUCKET_MS, encodePipelineStats, type StreamIdentity } from './payload'

const PATH = '/v0.1/pipeline_stats'
const MAX_HEADER_LENGTH = 64

/** What a `DataStreamsMonitor` is made of. */
export interface MonitorOptions {
  transport: Transport
  identity: StreamIdentity
  headers: Readonly<Record<string, string>>
  /** Random number in [0, 1) for the waits between attempts. Default `Math.random`; tests give another. */
  random?: () => number
}

/** The signal of data streams, and the interface that integrations of queues use. */
export class DataStreamsMonitor implements DataStreams, Signal {
  readonly lane = 'agent'
  readonly items = 'payloads of data streams'
  readonly #transport: Transport
  readonly #identity: StreamIdentity
  readonly #hashes: PathwayHashes
  readonly #sender: StatsSender
  readonly #timer: NodeJS.Timeout
  #buckets: StreamBucket[] = []
  #isStopped = false

  constructor({ transport, identity, headers, random = Math.random }: MonitorOptions) {
    this.#transport = transport
    this.#identity = identity
    this.#hashes = new PathwayHashes(identity.Service, identity.Env)
    this.#sender = new StatsSender({
      transport,
      what: 'data streams',
      request: { method: 'POST', path: PATH },
      headers: { ...headers, 'Content-Type': 'application/msgpack', 'Content-Encoding': 'gzip' },
      onUnknown: () => log.warn('data streams off', `agent at ${transport.url} has no ${PATH}`),
      random,
    })
    this.#timer = runDetached(every, () => fence('data streams', () => this.#send(Date.now())), BUCKET_MS)
  }

  /** Whether there are counts that have not been delivered. */
  get isPending(): boolean {
    return this.#buckets.length > 0 || !this.#sender.isEmpty
  }

  checkpoint(
    tags: readonly string[],
    parent: Pathway | undefined,
    payloadBytes: number,
    span?: SpanRecord,
  ): Pathway {
    const nowMs = Date.now()
    const sorted = [...tags].sort()
    const direction = sorted.find(tag => tag.startsWith('direction:'))?.slice('direction:'.length)
    // A second message in the direction of its parent continues from what the parent came after (`opposite`); without
    // that, each message begins a pathway.
    const repeats = parent !== undefined && direction === parent.direction
    const before = repeats ? parent.opposite : parent
    const parentHash = before?.hash ?? NO_HASH
    const startMs = before?.startMs ?? nowMs
    const hash = this.#hashes.of(sorted, parentHash)
    const point = this.#isStopped ? undefined : this.#bucketOf(nowMs).point(hash, parentHash, sorted)
    // Clocks of other hosts may be ahead.
    point?.edgeLatency.accept(Math.max(0, nowMs - (before?.edgeStartMs ?? nowMs)) / 1000)
    point?.pathwayLatency.accept(Math.max(0, nowMs - startMs) / 1000)
    point?.payloadSize.accept(payloadBytes)
    if (span !== undefined) span.tags['pathway.hash'] = String(hash.readBigUInt64LE())
    return { hash, startMs, edgeStartMs: nowMs, direction, opposite: withoutOpposite(before) }
  }

  backlog(tags: readonly string[], offset: number): void {
    if (this.#isStopped || !Number.isFinite(offset)) return
    this.#bucketOf(Date.now()).backlog([...tags].sort(), offset)
  }

  inject(pathway: Pathway, carrier: Record<string, unknown>): void {
    carrier[PATHWAY_HEADER] = encodePathway(pathway)
  }

  extract(carrier: unknown): Pathway | undefined {
    if (typeof carrier !== 'object' || carrier === null) return undefined
    return decodePathway(headerText((carrier as Record<string, unknown>)[PATHWAY_HEADER], MAX_HEADER_LENGTH))
  }

  /**
   * Sends all that has been counted, also of the current ten seconds. Resolves at `timeoutMs` at the latest. A call of
   * `tracer.flush()` leaves the ten seconds whole: their counts go out when they are over.
   */
  async flush(timeoutMs: number, reason?: FlushReason): Promise<undefined> {
    if (reason === 'call') return undefined
    this.#send(Number.POSITIVE_INFINITY)
    if (!this.#sender.isEmpty) await endsWithin(this.#sender.flush(), timeoutMs)
    return undefined
  }

  async shutdown(timeoutMs: number): Promise<undefined> {
    clearInterval(this.#timer)
    await this.flush(timeoutMs)
    this.giveUp()
    this.#isStopped = true
    return undefined
  }

  takeUnsent(): Unsent {
    fence('data streams', () => this.#send(Number.POSITIVE_INFINITY))
    return { url: this.#transport.url, requests: this.#sender.takeUnsent(), itemCount: 0 }
  }

  giveUp(): number {
    this.#buckets = []
    this.#sender.clear()
    return 0
  }

  #bucketOf(nowMs: number): StreamBucket {
    const last = this.#buckets.at(-1)
    if (last !== undefined && nowMs < last.startMs + BUCKET_MS) return last
    const bucket = new StreamBucket(Math.floor(nowMs / BUCKET_MS) * BUCKET_MS)
    this.#buckets.push(bucket)
    return bucket
  }

  #send(nowMs: number): void {
    const ended = this.#buckets.filter(bucket => bucket.startMs + BUCKET_MS <= nowMs)
    if (ended.length === 0) return
    this.#buckets = this.#buckets.filter(bucket => !ended.includes(bucket))
    this.#sender.push(gzipSync(encodePipelineStats(this.#identity, ended)))
  }
}

/** Returns `pathway` without its `opposite`: a chain of pathways could grow for as long as the process runs. */
function withoutOpposite(pathway: Pathway | undefined): Pathway | undefined {
  if (pathway?.opposite === undefined) return pathway
  const { hash, startMs, edgeStartMs } = pathway
  return { hash, startMs, edgeStartMs }
}
