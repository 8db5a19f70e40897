/**
 * Requests to the agent, one for each payload of the queue. What each answer leads to is decided here (responses.ts has
 * the table); everything else only fills the queue.
 */

import type { AgentResponse } from '../../core/exchange'
import { reportFailure } from '../../core/fence'
import { log } from '../../core/log'
import { countResponse } from '../../core/tracer-counters'
import type { Transport } from '../../core/transport'
import type { Payload } from '../encode/encoder'
import { toV04, V04_PATH, V05_PATH } from '../encode/v05/payload'
import type { AgentInfoSource } from './agent-info'
import type { ClientStats } from './client-stats'
import type { DeliveryCounts, DropReason } from './delivery-counts'
import type { Entry, PayloadQueue } from './queue'
import { Reachability } from './reachability'
import { type Rates, ratesOf, reasonOf, verdictOf } from './responses'
import { backoffMs, OVERLOADED, retryAfterMs, UNREACHABLE } from './retry'
import { SendLoop } from './send-loop'
import { traceHeaders } from './trace-headers'
import { V05Support } from './v05-support'

/** The agent itself gives up after 5 s. */
const REQUEST_TIMEOUT_MS = 5000
/** Attempts for a payload that did not arrive in time, and for one that an overloaded agent turns away. */
const LATE_ATTEMPTS = 2
const OVERLOADED_ATTEMPTS = 5

/** The parts of the writer that a delivery works with. */
export interface AgentDeliveryParts {
  queue: PayloadQueue
  transport: Transport
  info: AgentInfoSource
  counts: DeliveryCounts
  headers: Readonly<Record<string, string>>
  /** Absent: the agent computes all statistics. */
  stats: ClientStats | undefined
  onRates: (rates: Rates) => void
  /** The queue has run empty: the place to push what is due. */
  refill: () => void
  /** The agent has no v0.5. */
  useV04: () => void
  /** A body of so many bytes was too large for the agent. */
  onTooLarge: (byteLength: number) => void
  split: (entry: Entry) => [Payload, Payload] | undefined
  recycle: (entry: Entry) => void
  /** In [0, 1). */
  random: () => number
}

export class AgentDelivery {
  readonly sendLoop: SendLoop
  readonly #parts: AgentDeliveryParts
  readonly #reachability: Reachability
  readonly #v05: V05Support
  #ratesVersion: string | undefined

  constructor(parts: AgentDeliveryParts) {
    this.#parts = parts
    this.#reachability = new Reachability(parts.transport, parts.counts, parts.random)
    this.#v05 = new V05Support(parts.transport, parts.info, parts.useV04)
    this.sendLoop = new SendLoop(parts.queue, {
      refill: parts.refill,
      attempt: entry => this.#attempt(entry),
      fail: entry => this.#drop(entry, 'not encodable'),
    })
  }

  /** The transport leads to another agent. */
  reset(): void {
    this.#reachability.reset()
    this.#v05.reset()
    this.#ratesVersion = undefined
    this.sendLoop.hurry()
  }

  /** Traces were lost since too many wait. */
  reportEviction(): void {
    const { transport, counts, queue } = this.#parts
    if (this.#reachability.isLost) this.#reachability.warn()
    else {
      const waitingKib = Math.round(queue.byteLength / 1024)
      log.warn('queue full', () => `${waitingKib} KiB wait for agent at ${transport.url}; ${counts.losses}`)
    }
  }

  /** ms to wait before the next attempt; 0 when this one got somewhere. */
  async #attempt(entry: Entry): Promise<number> {
    const { queue, info, stats } = this.#parts
    if (entry.path === V05_PATH && this.#v05.isMissing) {
      queue.replaceFirst(V04_PATH, [toV04(entry.payload)])
      return 0
    }
    let response: AgentResponse
    try {
      if (entry.path === V05_PATH && !this.#v05.isConfirmed) {
        await this.#v05.ask()
        return 0
      }
      if (stats !== undefined && !stats.isSettled) {
        await stats.settle(info)
        return 0
      }
      response = await this.#request(entry)
    } catch (error) {
      return this.#reachability.failed(error)
    }
    countResponse(response.status)
    this.#reachability.reached()
    // The writer may have been shut down meanwhile; it has counted this payload then.
    const waitMs = queue.first === entry ? this.#answered(entry, response) : 0
    info.observe(response.headers)
    return waitMs
  }

  async #request({ path, payload, isCounted }: Entry): Promise<AgentResponse> {
    const { queue, transport, headers, stats } = this.#parts
    queue.isFirstInFlight = true
    try {
      return await transport.request({
        method: 'PUT',
        path,
        headers: traceHeaders(headers, payload.traceCount, this.#ratesVersion, stats?.headers(isCounted)),
        body: payload.body,
        timeoutMs: REQUEST_TIMEOUT_MS,
      })
    } finally {
      queue.isFirstInFlight = false
    }
  }

  #answered(entry: Entry, response: AgentResponse): number {
    const { queue, counts, stats, split, recycle, onTooLarge, random } = this.#parts
    switch (verdictOf(response.status)) {
      case 'accepted':
        queue.shift()
        counts.countSent(entry.payload)
        stats?.accepted()
        recycle(entry)
        this.#learnRates(response)
        return 0
      case 'unknown format':
        if (entry.path === V05_PATH) this.#v05.miss(`it answers ${response.status}`)
        else this.#refuse(entry, 'refused', response)
        return 0
      case 'too large': {
        onTooLarge(entry.payload.body.byteLength)
        const halves = split(entry)
        if (halves === undefined) this.#refuse(entry, 'too large', response)
        else queue.replaceFirst(entry.path, halves)
        return 0
      }
      case 'late':
        return this.#retry(entry, response, LATE_ATTEMPTS, backoffMs(1, UNREACHABLE, random()))
      case 'overloaded': {
        const askedMs = retryAfterMs(response.headers['retry-after'], Date.now())
        const waitMs = askedMs ?? backoffMs(entry.refusals + 1, OVERLOADED, random())
        return this.#retry(entry, response, OVERLOADED_ATTEMPTS, waitMs)
      }
      case 'refused':
        this.#refuse(entry, 'refused', response)
        return 0
    }
  }

  /** The wait before the next of at most `attempts`. */
  #retry(entry: Entry, response: AgentResponse, attempts: number, waitMs: number): number {
    if (++entry.refusals < attempts) return Math.max(1, waitMs)
    this.#refuse(entry, 'overloaded', response)
    return 0
  }

  #refuse(entry: Entry, reason: DropReason, { status, body }: AgentResponse): void {
    const { transport, counts } = this.#parts
    this.#drop(entry, reason)
    const said = reasonOf(body)
    const answer = said === '' ? `${status}` : `${status} (${said})`
    log.warn(`agent answers ${status}`, () => `agent at ${transport.url} answers ${answer}; ${counts.losses}`)
  }

  #drop(entry: Entry, reason: DropReason): void {
    const { queue, counts } = this.#parts
    if (queue.first !== entry) return
    queue.shift()
    counts.countDropped(reason, entry.payload.traceCount, entry.payload.spanCount)
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
