/** Whether the agent, or a collector, can be reached, and what the user is told about it: once a minute, with what it has cost so far. */

import { log } from '../../core/log'
import { countError } from '../../core/tracer-counters'
import { errorCode, type Transport } from '../../core/transport'
import type { DeliveryCounts } from './delivery-counts'
import { backoffMs, UNREACHABLE } from './retry'

/** One lost connection can be an idle one that the agent closed; these codes leave no doubt. */
const CERTAIN = new Set(['ECONNREFUSED', 'ENOENT', 'EACCES', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH'])

export class Reachability {
  readonly #transport: Transport
  readonly #counts: DeliveryCounts
  readonly #random: () => number
  readonly #whom: string
  /** Attempts in a row that got no answer. */
  #failures = 0
  #lastCode = ''
  #isReported = false

  /** `whom`: what messages call the other side. */
  constructor(transport: Transport, counts: DeliveryCounts, random: () => number, whom = 'agent') {
    this.#transport = transport
    this.#counts = counts
    this.#random = random
    this.#whom = whom
  }

  /** The last attempt got no answer. */
  get isLost(): boolean {
    return this.#failures > 0
  }

  /** An attempt got no answer; returns the ms to wait before the next. */
  failed(error: unknown): number {
    this.#failures++
    this.#lastCode = errorCode(error)
    countError(this.#lastCode)
    if (this.#failures > 1 || CERTAIN.has(this.#lastCode)) this.warn()
    return backoffMs(this.#failures, UNREACHABLE, this.#random())
  }

  /** The agent has answered something. */
  reached(): void {
    this.#failures = 0
    if (!this.#isReported) return
    this.#isReported = false
    log.info('agent reached', `${this.#whom} at ${this.#transport.url} can be reached again`)
  }

  /** The next attempt goes to another agent. */
  reset(): void {
    this.#failures = 0
  }

  warn(): void {
    this.#isReported = true
    log.warn('agent unreachable', () => {
      const losses =
        this.#counts.dropped === 0 ? `${this.#counts.what} are kept until it can` : this.#counts.losses
      return `${this.#whom} at ${this.#transport.url} cannot be reached (${this.#lastCode}); ${losses}`
    })
  }
}
