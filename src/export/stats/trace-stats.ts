/**
 * Trace statistics that the tracer computes itself, in place of the agent: hits, errors and durations of all spans,
 * also of those that are never sent.
 *
 * Until the agent has said on `/info` what it takes, spans are counted and all traces are encoded; their payloads
 * wait. Then either the statistics are sent and a header on these payloads says so; or the statistics are thrown
 * away, the header is absent, and the agent counts. When that changes later, each payload still knows whether it is
 * counted (`isCounting` at its time). Two things cannot be told apart: traces that the agent's filters reject before
 * the filters are known, and statistics that were sent before the tracer was directed to another agent.
 */

import { endsWithin } from '../../core/deadline'
import { runDetached } from '../../core/detached-context'
import { fence, reportFailure } from '../../core/fence'
import { log } from '../../core/log'
import type { AgentInfo, FlushReason, Signal, Unsent } from '../../core/signal'
import { errorCode, type Transport } from '../../core/transport'
import { every } from '../../std/timer'
import type { LocalTrace, SpanRecord, TraceSink } from '../../trace/local-trace'
import type { SpanSampler } from '../../trace/sampling/span-sampler'
import type { CommonTags } from '../encode/common-tags'
import type { ClientStats } from '../send/client-stats'
import { admit } from './admission'
import { Aggregator, BUCKET_MS } from './aggregator'
import { type Offer, offerOf, STATS_PATH, UNKNOWN } from './offer'
import { encodeStats, type Identity } from './payload'
import { StatsSender } from './sender'
import { newSketch } from './sketch'
import { TraceFilter } from './trace-filter'

/** What a `TraceStats` is made of. */
export interface StatsOptions {
  transport: Transport
  common: CommonTags
  identity: Identity
  /** Headers of every request; see `identityHeaders`. */
  headers: Readonly<Record<string, string>>
  /** Time between two payloads, in ms. Default 10,000. */
  sendEveryMs?: number
  /** Random number in [0, 1) for the waits between attempts. Default `Math.random`; tests give another. */
  random?: () => number
}

/** The signal of trace statistics. */
export class TraceStats implements ClientStats, Signal {
  readonly lane = 'agent'
  readonly items = 'payloads of trace statistics'
  readonly #options: StatsOptions
  readonly #aggregator: Aggregator
  readonly #sender: StatsSender
  readonly #timer: NodeJS.Timeout
  #filter: TraceFilter | undefined
  /** The statistics that the agent takes; undefined when it takes none. */
  #offer: Offer | undefined = UNKNOWN
  #sequence = 0
  #droppedTraces = 0
  #droppedSpans = 0
  /** Numbers of dropped traces and spans that the request under way reports. */
  #toldTraces = 0
  #toldSpans = 0

  constructor(options: StatsOptions) {
    const { transport, common, headers, sendEveryMs = BUCKET_MS, random = Math.random } = options
    this.#options = options
    this.#aggregator = new Aggregator(common.service, UNKNOWN)
    this.#sender = new StatsSender({
      transport,
      what: 'trace statistics',
      request: { method: 'PUT', path: STATS_PATH },
      headers: { ...headers, 'Content-Type': 'application/msgpack' },
      onUnknown: () => this.#turnOff(`it has no ${STATS_PATH}`),
      random,
    })
    this.#timer = runDetached(every, () => fence('stats', () => this.#send(Date.now())), sendEveryMs)
    // The library is loaded now, not when the first trace ends.
    runDetached(() => setImmediate(() => fence('stats', newSketch)).unref())
  }

  get isCounting(): boolean {
    return this.#offer !== undefined
  }

  get isSettled(): boolean {
    return this.#offer !== UNKNOWN
  }

  /** Whether there are statistics that the agent would take. */
  get isPending(): boolean {
    return this.#isOn && !(this.#aggregator.isEmpty && this.#sender.isEmpty)
  }

  /** Returns a sink that counts traces, and hands on to `sink` those that the agent wants. */
  countBefore(sink: TraceSink, sampler: SpanSampler | undefined): TraceSink {
    return { add: (trace, spans) => this.#add(trace, spans, sampler, sink) }
  }

  async settle(info: { fetch(): Promise<AgentInfo | undefined> }): Promise<void> {
    try {
      if ((await info.fetch()) === undefined) this.#turnOff('it has no /info')
    } catch (error) {
      if (errorCode(error) !== 'ETIMEDOUT') throw error
      this.#turnOff('its /info does not answer')
    }
  }

  learn(info: AgentInfo): void {
    const offer = offerOf(info)
    if (offer === undefined) {
      this.#turnOff('it is not in its /info')
      return
    }
    this.#offer = offer
    this.#aggregator.use(offer)
    const filter = new TraceFilter(this.#options.common, offer)
    this.#filter = filter.isActive ? filter : undefined
  }

  reset(): void {
    this.#offer = UNKNOWN
    this.#filter = undefined
  }

  headers(isCounted: boolean): Readonly<Record<string, string>> {
    if (!isCounted || !this.#isOn) return {}
    this.#toldTraces = this.#droppedTraces
    this.#toldSpans = this.#droppedSpans
    return {
      'Datadog-Client-Computed-Stats': 'yes',
      'Datadog-Client-Dropped-P0-Traces': String(this.#toldTraces),
      'Datadog-Client-Dropped-P0-Spans': String(this.#toldSpans),
    }
  }

  accepted(): void {
    this.#droppedTraces -= this.#toldTraces
    this.#droppedSpans -= this.#toldSpans
    this.#toldTraces = 0
    this.#toldSpans = 0
  }

  /**
   * Sends all that has been counted, also of the current ten seconds. Resolves at `timeoutMs` at the latest. A call of
   * `tracer.flush()` leaves the ten seconds whole: their statistics go out when they are over.
   */
  async flush(timeoutMs: number, reason?: FlushReason): Promise<undefined> {
    if (reason === 'call') return undefined
    this.#send()
    if (!this.#sender.isEmpty) await endsWithin(this.#sender.flush(), timeoutMs)
    return undefined
  }

  /** Flushes, drops what is left, and counts no more. */
  async shutdown(timeoutMs: number): Promise<undefined> {
    clearInterval(this.#timer)
    await this.flush(timeoutMs)
    this.giveUp()
    this.#offer = undefined
    return undefined
  }

  takeUnsent(): Unsent {
    fence('stats', () => this.#send())
    return { url: this.#options.transport.url, requests: this.#sender.takeUnsent(), itemCount: 0 }
  }

  giveUp(): number {
    this.#aggregator.take()
    this.#sender.clear()
    return 0
  }

  get #isOn(): boolean {
    return this.#offer !== undefined && this.#offer !== UNKNOWN
  }

  #add(
    trace: LocalTrace,
    spans: readonly SpanRecord[],
    sampler: SpanSampler | undefined,
    sink: TraceSink,
  ): void {
    const offer = this.#offer
    if (offer !== undefined) {
      if (this.#filter?.rejects(trace, spans) === true) return
      try {
        this.#aggregator.add(trace, spans)
      } catch (error) {
        // `fence` would need a closure for each trace.
        reportFailure('stats', error)
      }
    }
    if (trace.priority > 0) sink.add(trace, spans)
    else if (offer?.canDropTraces === true) this.#drop(trace, spans, sampler, sink)
    else {
      if (sampler !== undefined) for (const span of spans) sampler.keep(span)
      sink.add(trace, spans)
    }
  }

  #drop(
    trace: LocalTrace,
    spans: readonly SpanRecord[],
    sampler: SpanSampler | undefined,
    sink: TraceSink,
  ): void {
    const admitted = admit(trace, spans, sampler, sink)
    if (admitted === 0) this.#droppedTraces++
    this.#droppedSpans += spans.length - admitted
  }

  /**
   * Sends the buckets that have ended by `nowMs`, every bucket without a time. Nothing is sent while it is not known
   * what the agent takes.
   */
  #send(nowMs?: number): void {
    if (!this.#isOn) return
    const buckets = this.#aggregator.take(nowMs)
    if (buckets.length === 0) return
    const blocked = buckets.reduce((sum, { blockedCount }) => sum + blockedCount, 0)
    if (blocked > 0)
      log.warn('stats blocked', `${blocked} spans have too many different resources for trace statistics`)
    this.#sender.push(encodeStats(this.#options.identity, ++this.#sequence, buckets))
  }

  #turnOff(why: string): void {
    if (this.#offer === undefined) return
    this.#offer = undefined
    this.#filter = undefined
    this.giveUp()
    const { url } = this.#options.transport
    log.info('stats off', `agent at ${url} takes no trace statistics (${why}), it computes them itself`)
  }
}
