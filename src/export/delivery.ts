/**
 * Empties the queue: one payload after the other, one request at a time. What each answer of the agent leads to is
 * decided here (responses.ts has the table); everything else only fills the queue.
 */

import type { AgentResponse } from '../core/exchange'
import { reportFailure } from '../core/fence'
import { log } from '../core/log'
import { outside } from '../core/outside'
import { countError, countResponse } from '../core/self'
import { errorCode, type Transport } from '../core/transport'
import type { AgentInfoSource } from './agent-info'
import type { Payload } from './encoder'
import { Flushes } from './flushes'
import { Pause } from './pause'
import type { Entry, PayloadQueue } from './queue'
import { type Rates, ratesOf, reasonOf, verdictOf } from './responses'
import { type Backoff, backoffMs, OVERLOADED, retryAfterMs, UNREACHABLE } from './retry'
import type { DropReason, Tally } from './tally'
import { traceHeaders } from './trace-headers'
import { toV04, V04_PATH, V05_PATH } from './v05-payload'

const REQUEST_TIMEOUT_MS = 5000
/** Attempts for a payload that an overloaded agent turns away. */
const MAX_REFUSALS = 5
/** One lost connection can be an idle one that the agent closed; these codes leave no doubt. */
const CERTAIN = new Set(['ECONNREFUSED', 'ENOENT', 'EACCES', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH'])
/** Cause, for the log, of everything that comes of an agent that cannot be reached. */
const UNREACHED = 'agent unreachable'

/** The parts of the writer that a delivery works with. */
export interface DeliveryParts {
  queue: PayloadQueue
  transport: Transport
  info: AgentInfoSource
  tally: Tally
  headers: Readonly<Record<string, string>>
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

export class Delivery {
  readonly flushes = new Flushes()
  readonly #parts: DeliveryParts
  readonly #pause = new Pause()
  #isRunning = false
  #isStopped = false
  /** Attempts in a row that got no answer. */
  #failures = 0
  #lastCode = ''
  #isReported = false
  /** `/info` lists v0.5. */
  #isV05Confirmed = false
  #isV05Missing = false
  #ratesVersion: string | undefined

  constructor(parts: DeliveryParts) {
    this.#parts = parts
  }

  /** Whether a payload is being sent, or waits for the next attempt. */
  get isRunning(): boolean {
    return this.#isRunning
  }

  start(): void {
    if (this.#isRunning || this.#isStopped) return
    this.#isRunning = true
    outside(() => this.#run())
  }

  /** The next attempt happens now, not after the wait. */
  hurry(): void {
    this.#pause.end()
  }

  /** The transport leads to another agent. */
  reset(): void {
    this.#failures = 0
    this.#isV05Confirmed = false
    this.#ratesVersion = undefined
    this.hurry()
  }

  stop(): void {
    this.#isStopped = true
    this.hurry()
  }

  /** Traces were lost since too many wait. */
  reportEviction(): void {
    const { transport, tally, queue } = this.#parts
    if (this.#failures > 0) this.#warnUnreachable()
    else {
      const waiting = Math.round(queue.byteLength / 1024)
      log.warn('queue full', () => `${waiting} KiB wait for agent at ${transport.url}; ${lost(tally)}`)
    }
  }

  async #run(): Promise<void> {
    for (let entry = this.#next(); entry !== undefined; entry = this.#next()) {
      let waitMs = 0
      try {
        waitMs = await this.#attempt(entry)
      } catch (error) {
        reportFailure('delivery', error)
        this.#drop(entry, 'not encodable')
      }
      this.flushes.progressed(this.#parts.queue.first?.order)
      if (waitMs > 0) {
        this.flushes.attemptFailed()
        if (this.flushes.isEmpty) await this.#pause.wait(waitMs)
      }
    }
    this.#isRunning = false
    this.flushes.progressed(undefined)
  }

  #next(): Entry | undefined {
    if (this.#isStopped) return undefined
    const { queue, refill } = this.#parts
    if (queue.first === undefined) refill()
    return queue.first
  }

  /** ms to wait before the next attempt; 0 when this one got somewhere. */
  async #attempt(entry: Entry): Promise<number> {
    const { queue, transport, headers } = this.#parts
    if (entry.path === V05_PATH) {
      if (this.#isV05Missing) {
        queue.replaceFirst(V04_PATH, [toV04(entry.payload)])
        return 0
      }
      if (!this.#isV05Confirmed) return this.#confirmV05()
    }
    const { body, traceCount } = entry.payload
    let response: AgentResponse
    queue.isFirstInFlight = true
    try {
      response = await transport.request({
        method: 'PUT',
        path: entry.path,
        headers: traceHeaders(headers, traceCount, this.#ratesVersion),
        body,
        timeoutMs: REQUEST_TIMEOUT_MS,
      })
    } catch (error) {
      return this.#unreachable(error)
    } finally {
      queue.isFirstInFlight = false
    }
    countResponse(response.status)
    this.#reached()
    // The writer was shut down meanwhile and has counted this payload.
    if (queue.first !== entry) return 0
    const waitMs = this.#answered(entry, response)
    this.#parts.info.observe(response.headers)
    return waitMs
  }

  #answered(entry: Entry, response: AgentResponse): number {
    const { queue, tally, split, recycle, onTooLarge, random } = this.#parts
    switch (verdictOf(response.status)) {
      case 'accepted':
        queue.shift()
        tally.countSent(entry.payload)
        recycle(entry)
        this.#learnRates(response)
        return 0
      case 'unknown format':
        if (entry.path === V05_PATH) this.#missV05(`status ${response.status}`)
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
        return this.#retry(entry, response, 2, backoffMs(1, UNREACHABLE, random()))
      case 'overloaded':
        return this.#retry(
          entry,
          response,
          MAX_REFUSALS,
          this.#wait(entry.refusals + 1, response, OVERLOADED),
        )
      case 'refused':
        this.#refuse(entry, 'refused', response)
        return 0
    }
  }

  #wait(refusals: number, { headers }: AgentResponse, backoff: Backoff): number {
    return (
      retryAfterMs(headers['retry-after'], Date.now()) ?? backoffMs(refusals, backoff, this.#parts.random())
    )
  }

  /** The wait before the next of at most `attempts`. */
  #retry(entry: Entry, response: AgentResponse, attempts: number, waitMs: number): number {
    if (++entry.refusals < attempts) return Math.max(1, waitMs)
    this.#refuse(entry, 'overloaded', response)
    return 0
  }

  #refuse(entry: Entry, reason: DropReason, { status, body }: AgentResponse): void {
    const { transport, tally } = this.#parts
    this.#drop(entry, reason)
    const said = reasonOf(body)
    log.warn(
      `agent answers ${status}`,
      () => `agent at ${transport.url} answers ${status}${said === '' ? '' : ` (${said})`}; ${lost(tally)}`,
    )
  }

  #drop(entry: Entry, reason: DropReason): void {
    const { queue, tally } = this.#parts
    if (queue.first !== entry) return
    queue.shift()
    tally.countDropped(reason, entry.payload.traceCount, entry.payload.spanCount)
  }

  /** Waits for `/info`, so that no payload goes to an endpoint that is not there; an agent that has none is old. */
  async #confirmV05(): Promise<number> {
    try {
      const info = await this.#parts.info.fetch()
      this.#reached()
      if (info?.endpoints.includes(V05_PATH)) this.#isV05Confirmed = true
      else this.#missV05(info === undefined ? 'no /info' : 'not in its /info')
      return 0
    } catch (error) {
      if (errorCode(error) !== 'ETIMEDOUT') return this.#unreachable(error)
      this.#missV05('/info does not answer')
      return 0
    }
  }

  #missV05(why: string): void {
    if (this.#isV05Missing) return
    this.#isV05Missing = true
    log.warn(
      'no v0.5',
      `agent at ${this.#parts.transport.url} does not take ${V05_PATH} (${why}), ${V04_PATH} is used`,
    )
    this.#parts.useV04()
  }

  #unreachable(error: unknown): number {
    this.#failures++
    this.#lastCode = errorCode(error)
    countError(this.#lastCode)
    if (this.#failures > 1 || CERTAIN.has(this.#lastCode)) this.#warnUnreachable()
    return backoffMs(this.#failures, UNREACHABLE, this.#parts.random())
  }

  #warnUnreachable(): void {
    const { transport, tally } = this.#parts
    this.#isReported = true
    log.warn(UNREACHED, () => {
      const losses = tally.dropped === 0 ? 'traces are kept until it can' : lost(tally)
      return `agent at ${transport.url} cannot be reached (${this.#lastCode}); ${losses}`
    })
  }

  #reached(): void {
    this.#failures = 0
    if (!this.#isReported) return
    this.#isReported = false
    log.info('agent reached', `agent at ${this.#parts.transport.url} can be reached again`)
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

function lost(tally: Tally): string {
  return `${tally.dropped} traces dropped in total`
}
