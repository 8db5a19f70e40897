/**
 * Requests with traces to the agent. What each answer means is decided here (responses.ts has the table); what becomes
 * of the payload then is done by the send loop.
 */

import type { AgentResponse } from '../../core/exchange'
import { reportFailure } from '../../core/fence'
import type { AgentRequest, Transport } from '../../core/transport'
import type { TraceFormat } from '../encode/formats'
import type { AgentInfoSource } from './agent-info'
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
  info: AgentInfoSource
  formats: readonly TraceFormat[]
  headers: Readonly<Record<string, string>>
  /** Absent: the agent computes all statistics. */
  stats: ClientStats | undefined
  /** The format that traces are encoded in now. */
  format: () => TraceFormat
  /** The agent does not take the format that traces are encoded in now. */
  useFormat: (format: TraceFormat) => void
  onRates: (rates: Rates) => void
  /** A body of so many bytes was too large for the agent. */
  onTooLarge: (byteLength: number) => void
  /** Random number in [0, 1). */
  random: () => number
}

export class AgentDelivery implements Delivery<TraceLabel> {
  readonly receiver = 'agent'
  readonly #parts: AgentDeliveryParts
  readonly #support: FormatSupport
  #ratesVersion: string | undefined

  constructor(parts: AgentDeliveryParts) {
    const { transport, info, formats, format, useFormat } = parts
    this.#parts = parts
    this.#support = new FormatSupport(transport, info, formats, missing => {
      if (format() === missing) useFormat(this.#support.olderThan(missing))
    })
  }

  /** To be called when the transport leads to another agent. */
  reset(): void {
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
    const { info, stats } = this.#parts
    if (!this.#support.isKnown(label.format)) return this.#support.ask(label.format)
    return stats !== undefined && !stats.isSettled ? stats.settle(info) : undefined
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
    const { stats, onTooLarge, random } = this.#parts
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
        onTooLarge(payload.body.byteLength)
        const payloads = label.format.split(payload)
        if (payloads === undefined) return { kind: 'refused', reason: 'too large' }
        return { kind: 'replaced', payloads, label }
      }
      case 'late':
        return { kind: 'retry', attempts: LATE_ATTEMPTS, waitMs: backoffMs(1, UNREACHABLE, random()) }
      case 'overloaded': {
        const askedMs = retryAfterMs(response.headers['retry-after'], Date.now())
        const waitMs = askedMs ?? backoffMs(refusals + 1, OVERLOADED, random())
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
    this.#parts.info.observe(headers)
  }

  #requestOf({ payload, label }: Entry<TraceLabel>, ratesVersion: string | undefined): AgentRequest {
    const { headers, stats } = this.#parts
    return {
      method: 'PUT',
      path: label.format.path,
      headers: traceHeaders(headers, payload.traceCount, ratesVersion, stats?.headers(label.isCounted)),
      body: payload.body,
    }
  }

  #learnRates({ headers, body }: AgentResponse): void {
    const rates = ratesOf(body)
    if (rates === undefined) return
    this.#ratesVersion = headers['datadog-rates-payload-version']
    try {
      this.#parts.onRates(rates)
    } catch (error) {
      reportFailure('rates', error)
    }
  }
}
