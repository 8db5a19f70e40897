/**
 * From calls to packets: series, what is aggregated, the flush every two seconds, and the end of the process. The file
 * has more than 250 lines since every step reads the same counters, and one class for them costs a call no indirection.
 */

import { endsWithin } from '../core/deadline'
import { runDetached } from '../core/detached-context'
import { reportFailure } from '../core/fence'
import { log } from '../core/log'
import { every } from '../std/timer'
import { packageVersion } from '../std/version'
import { Aggregates } from './aggregates'
import { ClientCounters } from './client-counters'
import type { Connection } from './connection/connection'
import { openConnection } from './connection/open'
import type { MetricsEndpoint } from './endpoints'
import { Outbox } from './outbox'
import { Packets } from './packets'
import { type Kind, Series } from './series'
import type { LineSettings } from './settings'
import { overrideTags, tagsField } from './tags'
import { metricName } from './text'
import type { MetricCardinality } from './types'

/** The agent sums up ten seconds; five flushes in that, so that each of its buckets has the same number. */
const FLUSH_MS = 2000
const FLUSHES_PER_TELEMETRY = 5
const FLUSH_TIMEOUT_MS = 1000
/**
 * Upper bound on nodes in the clients' lookup trees (lookup.ts). Every new tag value adds a node that may never be
 * used again.
 */
const MAX_LOOKUP_NODES = 20_000
/** Lines that wait for a flush; beyond that number they are written at once. */
const MAX_LINES = 20_000
const CARDINALITIES: readonly string[] = ['none', 'low', 'orchestrator', 'high']

/** What a `MetricsPipeline` works with. */
export interface MetricsPipelineOptions {
  line: LineSettings
  aggregation: boolean
  telemetry: boolean
  /** Agent addresses in order of preference; the next one is tried when the previous does not exist. At least one. */
  endpoints: readonly MetricsEndpoint[]
  queueBytes?: number
  /** Returns the log level of the message that metrics are lost; default: `warn`. */
  level?: () => 'warn' | 'info'
}

/** Prefix and tags that all series of a client share. */
export interface SeriesScope {
  prefix: string
  tags: readonly string[]
  /** Tags of this client alone: `tags` without the ones that every client has. */
  labels?: readonly string[]
}

/** Turns the calls of clients into packets, and sends these. */
export class MetricsPipeline {
  readonly counters = new ClientCounters()
  readonly aggregation: boolean
  readonly #options: MetricsPipelineOptions
  readonly #outbox: Outbox
  readonly #packets: Packets
  readonly #aggregates = new Aggregates()
  readonly #timer: NodeJS.Timeout
  readonly #write = (series: Series, value: string): void => this.#writeLine(series, value)
  #series = new Map<string, Series>()
  #ticks = 0
  #endpoint = 0
  /**
   * Number of lookup nodes. Replacing the object tells every client to discard its tree (client.ts compares identity).
   */
  lookupNodes = { count: 0 }

  constructor(options: MetricsPipelineOptions) {
    this.#options = options
    this.aggregation = options.aggregation
    const first = this.#open(options.endpoints[0])
    this.#outbox = new Outbox(first, {
      counters: this.counters,
      queueBytes: options.queueBytes,
      level: options.level,
      nextConnection: reason => this.#nextConnection(reason),
      onReplaced: ({ limitBytes }) => {
        this.#packets.limitBytes = limitBytes
      },
      again: lines => {
        for (const line of lines.split('\n')) this.addLine(line)
        // A flush may wait for these lines.
        this.#packets.close()
      },
    })
    this.#packets = new Packets(this.#outbox, first.limitBytes)
    this.#timer = runDetached(every, () => this.#tick(), FLUSH_MS)
  }

  get isPending(): boolean {
    return !this.#aggregates.isEmpty || !this.#packets.isEmpty || !this.#outbox.isIdle
  }

  get limitBytes(): number {
    return this.#packets.limitBytes
  }

  /**
   * Returns the series, a new one if need be; null when no valid line can be made of its name. `callTags` must be
   * clean.
   */
  seriesOf(
    kind: Kind,
    name: string,
    scope: SeriesScope,
    callTags: string[],
    rate: number,
    cardinality: MetricCardinality | undefined,
  ): Series | null {
    const clean = metricName(scope.prefix + name)
    if (clean === undefined) {
      log.warn('dogstatsd name', `metric ${JSON.stringify(name)} is not sent: its name begins with no letter`)
      return null
    }
    const sampled = rate === 1 ? '' : `|@${rate}`
    // Sorted: the same tags in another order are the same series, of which only one gauge is the last.
    const tail = `|${kind}${sampled}${this.tail(scope, callTags.sort(), cardinality)}`
    const key = `${clean}:${tail}`
    const known = this.#series.get(key)
    if (known !== undefined) return known
    const series = new Series(kind, clean, tail, overrideTags(scope.labels ?? [], callTags))
    this.#series.set(key, series)
    if (this.lookupNodes.count > MAX_LOOKUP_NODES) this.#forget()
    return series
  }

  /** Returns the end of a line: `|#tags|c:…|e:…|card:…`. */
  tail(scope: SeriesScope, callTags: readonly string[], cardinality: MetricCardinality | undefined): string {
    const { origin, cardinality: usual } = this.#options.line
    const level = CARDINALITIES.includes(cardinality ?? '') ? cardinality : usual
    return (
      tagsField(overrideTags(scope.tags, callTags)) + origin + (level === undefined ? '' : `|card:${level}`)
    )
  }

  /** Adds a count or sets a gauge, to be sent with the next flush. */
  aggregate(series: Series, value: number): void {
    this.counters.counts.metrics++
    if (series.kind === 'c') this.#aggregates.count(series, value)
    else this.#aggregates.gauge(series, value)
    if (this.#aggregates.lineCount > MAX_LINES) this.#aggregates.take(this.#write)
  }

  addMember(series: Series, member: string): void {
    this.counters.counts.metrics++
    if (!this.aggregation) this.#writeLine(series, member)
    else this.#aggregates.addMember(series, member)
    if (this.#aggregates.lineCount > MAX_LINES) this.#aggregates.take(this.#write)
  }

  /** Writes a value into the current packet, unaggregated. */
  writeValue(series: Series, value: number): void {
    this.counters.counts.metrics++
    this.#checkLength(this.#packets.addValue(series, String(value)), 0)
  }

  writeTimed(series: Series, value: number, seconds: number): void {
    this.counters.counts.metrics++
    this.addLine(`${textOf(series.head)}${value}${textOf(series.tail)}|T${seconds}`)
  }

  addLine(line: string): void {
    this.#checkLength(this.#packets.addLine(line), line.length)
  }

  /** Counts a call that cannot be sent. */
  refuse(): void {
    this.counters.counts.metric_dropped_on_receive++
  }

  /** Sends everything; settles when it has left, or after `timeoutMs`. Never rejects. */
  async flush(timeoutMs = FLUSH_TIMEOUT_MS): Promise<void> {
    this.#fill()
    await endsWithin(this.#outbox.drained(), timeoutMs)
  }

  /** Sends what waits without the event loop, when the process exits. */
  sendNow(): void {
    this.#fill()
    this.#warnLost(this.#outbox.drainNow())
  }

  /** Drops what waits. */
  giveUp(): void {
    this.#fill()
    this.#warnLost(this.#outbox.giveUp())
  }

  async close(timeoutMs?: number): Promise<void> {
    clearInterval(this.#timer)
    if (this.counters.packetsDropped > 0) this.#sendCounters()
    await this.flush(timeoutMs)
    this.#outbox.close()
  }

  #fill(): void {
    this.#aggregates.take(this.#write)
    this.#packets.close()
  }

  #tick(): void {
    try {
      if (++this.#ticks % FLUSHES_PER_TELEMETRY === 0) this.#sendCounters()
      this.#fill()
      this.#outbox.pump()
    } catch (error) {
      reportFailure('dogstatsd', error)
    }
  }

  #sendCounters(): void {
    if (!this.#options.telemetry) return
    const { transport } = this.#outbox.connection
    const own = ['client:nodejs', `client_version:${packageVersion()}`, `client_transport:${transport}`]
    const tail = this.tail({ prefix: '', tags: this.#options.line.tags }, own, undefined)
    for (const [name, value] of this.counters.takeUnsent()) this.addLine(`${name}:${value}|c${tail}`)
  }

  #writeLine(series: Series, value: string): void {
    if (series.kind !== 's') this.#checkLength(this.#packets.addValue(series, value), 0)
    else this.addLine(textOf(series.head) + value + textOf(series.tail))
  }

  #checkLength(fits: boolean, length: number): void {
    if (fits) return
    this.refuse()
    log.warn(
      'dogstatsd length',
      `a metric is not sent: its line is longer than a packet (${length} characters)`,
    )
  }

  #forget(): void {
    this.lookupNodes = { count: 0 }
    this.#series = new Map()
    this.#aggregates.take(this.#write)
  }

  #open(endpoint: MetricsEndpoint): Connection {
    const { kind } = endpoint
    return openConnection(endpoint, () => {
      this.counters.dropped('writer', 0)
      const level = this.#options.level?.() ?? 'warn'
      log[level]('dogstatsd', `metrics are lost: nobody listens at the other end (${kind})`)
    })
  }

  #nextConnection(reason: string): Connection | undefined {
    const before = this.#options.endpoints[this.#endpoint]
    const endpoint = this.#options.endpoints[++this.#endpoint]
    if (endpoint === undefined) return undefined
    const next = this.#open(endpoint)
    // A `unix:` address does not say whether it is a datagram or a stream socket: the first attempt may fail by design.
    if (before.kind === 'unixgram' && endpoint.kind === 'unix') log.debug(`dogstatsd: ${reason}`)
    else log.warn('dogstatsd way', `${reason}: metrics go to ${next.where}`)
    return next
  }

  #warnLost(packets: number): void {
    if (packets > 0) log.warn('metrics lost at exit', `${packets} packets of metrics lost at exit`)
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
