/** Whether the receiver can be reached, and what the log says about it: once a minute, with the losses so far. */

import { log } from '../../core/log'
import { countError } from '../../core/tracer-counters'
import { errorCode, type Transport } from '../../core/transport'
import type { DeliveryCounts } from './delivery-counts'
import { backoffMs, UNREACHABLE } from './retry'

/**
 * Error codes that leave no doubt at the first failure. Others may come from an idle connection that the agent
 * closed.
 */
const CERTAIN = new Set(['ECONNREFUSED', 'ENOENT', 'EACCES', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH'])

/** Counts failures in a row, for waits and messages. */
export class Reachability {
  readonly #transport: Transport
  readonly #counts: DeliveryCounts
  readonly #random: () => number
  readonly #receiver: string
  /** Attempts in a row that got no answer. */
  #failures = 0
  #lastCode = ''
  #isReported = false

  /** `receiver`: name of the other side in messages. */
  constructor(transport: Transport, counts: DeliveryCounts, random: () => number, receiver = 'agent') {
    this.#transport = transport
    this.#counts = counts
    this.#random = random
    this.#receiver = receiver
  }

  /** Whether the last attempt got no answer. */
  get isLost(): boolean {
    return this.#failures > 0
  }

  /** To be told each attempt that got no answer. Returns the ms to wait before the next. */
  failed(error: unknown): number {
    this.#failures++
    this.#lastCode = errorCode(error)
    countError(this.#lastCode)
    if (this.#failures > 1 || CERTAIN.has(this.#lastCode)) this.warn()
    return backoffMs(this.#failures, UNREACHABLE, this.#random())
  }

  /** To be told each answer. */
  reached(): void {
    this.#failures = 0
    if (!this.#isReported) return
    this.#isReported = false
    log.info('agent reached', `${this.#receiver} at ${this.#transport.url} can be reached again`)
  }

  /** To be called when the next attempt goes to another address. */
  reset(): void {
    this.#failures = 0
  }

  /** Says in the log that the receiver cannot be reached. */
  warn(): void {
    this.#isReported = true
    log.warn('agent unreachable', () => {
      const losses =
        this.#counts.dropped === 0 ? `${this.#counts.what} are kept until it can` : this.#counts.losses
      return `${this.#receiver} at ${this.#transport.url} cannot be reached (${this.#lastCode}); ${losses}`
    })
  }
}
