/**
 * Requests with traces to the agent, and what the agent's answers mean for the writer: formats, limits, sampling rates
 * and statistics. What becomes of a payload after an answer (responses.ts has the table) is done by the send loop.
 */

import { runDetached } from '../../core/detached-context'
import type { AgentResponse } from '../../core/exchange'
import { reportFailure } from '../../core/fence'
import { log } from '../../core/log'
import type { AgentInfo } from '../../core/signal'
import { type AgentRequest, errorCode, type Transport } from '../../core/transport'
import type { TraceFormat } from '../encode/formats'
import { AgentInfoSource } from './agent-info'
import type { ClientStats } from './client-stats'
import type { Delivery, Outcome, Replacement } from './delivery'
import { FormatSupport } from './format-support'
import type { Entry } from './queue'
import { type Rates, ratesOf, reasonOf, verdictOf } from './responses'
import { backoffMs, OVERLOADED, retryAfterMs, UNREACHABLE } from './retry'
import { traceHeaders } from './trace-headers'

/** The agent itself gives up after 5 s. */
const REQUEST_TIMEOUT_MS = 5000
/** Attempts for a payload that did not arrive in time, and for one that an overloaded agent turns away. */
const LATE_ATTEMPTS = 2
const OVERLOADED_ATTEMPTS = 5

/** What is remembered of a payload of traces. */
export interface TraceLabel {
  readonly format: TraceFormat
  /** Its spans count in the statistics that the tracer computes itself (stats/). */
  readonly isCounted: boolean
}

/** The parts of the writer that a delivery works with. */
export interface AgentDeliveryParts {
  transport: Transport
  formats: readonly TraceFormat[]
  headers?: Readonly<Record<string, string>>
  /** Absent: the agent computes all statistics. */
  stats?: ClientStats
  /** The format that traces are encoded in now. */
  format: () => TraceFormat
  /** The agent does not take the format that traces are encoded in now. */
  useFormat: (format: TraceFormat) => void
  /** Queues what has been encoded so far as a payload. */
  cut: () => void
  /** Makes payloads leave at so many bytes from now on. */
  lowerBatchBytes: (bytes: number) => void
  onRates?: (rates: Rates) => void
  onInfo?: (info: AgentInfo) => void
  /** Random number in [0, 1) for the waits between attempts. Default `Math.random`. */
  random?: () => number
}

/** Delivers payloads of traces to the agent. */
export class AgentDelivery implements Delivery<TraceLabel> {
  readonly receiver = 'agent'
  readonly #parts: AgentDeliveryParts
  readonly #info: AgentInfoSource
  readonly #support: FormatSupport
  readonly #random: () => number
  #ratesVersion: string | undefined

  constructor(parts: AgentDeliveryParts) {
    const { transport, formats, format, useFormat, stats, random = Math.random } = parts
    this.#parts = parts
    this.#random = random
    this.#info = new AgentInfoSource(transport, info => this.#learn(info))
    this.#support = new FormatSupport(transport, this.#info, formats, missing => {
      if (format() === missing) useFormat(this.#support.olderThan(missing))
    })
    if (stats !== undefined) runDetached(() => setImmediate(this.#askForStats).unref())
  }

  /** Returns what the agent says about itself, and asks when that is not known; see `AgentWriter.askInfo`. */
  async askInfo(): Promise<AgentInfo | undefined> {
    return this.#info.current ?? this.#info.fetch()
  }

  /** To be called when the transport leads to another agent. */
  reset(): void {
    this.#info.reset()
    this.#tellStats(stats => stats.reset())
    this.#support.reset()
    this.#ratesVersion = undefined
  }

  label(): TraceLabel {
    const { format, stats } = this.#parts
    return { format: format(), isCounted: stats?.isCounting === true }
  }

  convert({ payload, label }: Entry<TraceLabel>): Replacement<TraceLabel> | undefined {
    const { format } = label
    if (format.downgrade === undefined || !this.#support.isMissing(format)) return undefined
    return {
      payloads: [format.downgrade(payload)],
      label: { ...label, format: this.#support.olderThan(format) },
    }
  }

  prepare({ label }: Entry<TraceLabel>): Promise<void> | undefined {
    const { stats } = this.#parts
    if (!this.#support.isKnown(label.format)) return this.#support.ask(label.format)
    return stats !== undefined && !stats.isSettled ? stats.settle(this.#info) : undefined
  }

  send(entry: Entry<TraceLabel>): Promise<AgentResponse> {
    const request = this.#requestOf(entry, this.#ratesVersion)
    return this.#parts.transport.request({ ...request, timeoutMs: REQUEST_TIMEOUT_MS })
  }

  lastRequest(entry: Entry<TraceLabel>): AgentRequest {
    const request = this.#requestOf(entry, undefined)
    this.#parts.stats?.accepted()
    return request
  }

  outcomeOf({ payload, label, refusals }: Entry<TraceLabel>, response: AgentResponse): Outcome<TraceLabel> {
    const { stats, lowerBatchBytes } = this.#parts
    switch (verdictOf(response.status)) {
      case 'accepted':
        stats?.accepted()
        this.#learnRates(response)
        return { kind: 'accepted' }
      case 'unknown format':
        if (label.format.downgrade === undefined) return { kind: 'refused', reason: 'refused' }
        this.#support.miss(label.format, `it answers ${response.status}`)
        return { kind: 'unchanged' }
      case 'too large': {
        lowerBatchBytes(payload.body.byteLength / 2)
        const payloads = label.format.split(payload)
        if (payloads === undefined) return { kind: 'refused', reason: 'too large' }
        return { kind: 'replaced', payloads, label }
      }
      case 'late':
        return { kind: 'retry', attempts: LATE_ATTEMPTS, waitMs: backoffMs(1, UNREACHABLE, this.#random()) }
      case 'overloaded': {
        const askedMs = retryAfterMs(response.headers['retry-after'], Date.now())
        const waitMs = askedMs ?? backoffMs(refusals + 1, OVERLOADED, this.#random())
        return { kind: 'retry', attempts: OVERLOADED_ATTEMPTS, waitMs }
      }
      case 'refused':
        return { kind: 'refused', reason: 'refused' }
    }
  }

  refusalOf({ body }: AgentResponse): string {
    return reasonOf(body)
  }

  answered({ headers }: AgentResponse): void {
    this.#info.observe(headers)
  }

  #requestOf({ payload, label }: Entry<TraceLabel>, ratesVersion: string | undefined): AgentRequest {
    const { headers = {}, stats } = this.#parts
    return {
      method: 'PUT',
      path: label.format.path,
      headers: traceHeaders(headers, payload.traceCount, ratesVersion, stats?.headers(label.isCounted)),
      body: payload.body,
    }
  }

  #learn(info: AgentInfo): void {
    const { lowerBatchBytes, onInfo } = this.#parts
    if (info.maxRequestBytes !== undefined) lowerBatchBytes(info.maxRequestBytes / 2)
    this.#tellStats(stats => stats.learn(info))
    onInfo?.(info)
  }

  /**
   * Asks the agent soon after the start: until it has answered, spans are counted without what only the agent
   * knows. The first payload asks again if need be.
   */
  readonly #askForStats = (): void => {
    this.#parts.stats?.settle(this.#info).catch(error => log.debug(() => `agent info: ${errorCode(error)}`))
  }

  /** Tells the statistics something that changes what counts: a payload holds traces from before or from after only. */
  #tellStats(tell: (stats: ClientStats) => void): void {
    const { stats, cut } = this.#parts
    if (stats === undefined) return
    cut()
    tell(stats)
  }

  #learnRates({ headers, body }: AgentResponse): void {
    const rates = ratesOf(body)
    if (rates === undefined) return
    this.#ratesVersion = headers['datadog-rates-payload-version']
    try {
      this.#parts.onRates?.(rates)
    } catch (error) {
      reportFailure('rates', error)
    }
  }
}
