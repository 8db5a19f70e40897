/** Requests to the collector, one for each payload, and the meaning of its answers. */

import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { AgentResponse } from '../../core/exchange'
import { log } from '../../core/log'
import type { AgentRequest, Transport } from '../../core/transport'
import type { Payload } from '../encode/encoder'
import type { Delivery, Outcome } from '../send/delivery'
import type { DeliveryCounts } from '../send/delivery-counts'
import type { Entry } from '../send/queue'
import { backoffMs, OVERLOADED, retryAfterMs } from '../send/retry'
import { partialSuccessOf, refusalOf, verdictOf } from './answer'

const compress = promisify(gzip)

/** Attempts for one payload: more than a minute. Later payloads wait meanwhile, in a bounded queue. */
const MAX_ATTEMPTS = 10
/** Longest wait that a collector may ask for. */
const MAX_RETRY_AFTER_MS = 300_000

/** Options of requests to a collector. */
export interface OtlpRequests {
  /** Leads to the origin of the collector. */
  transport: Transport
  /** Path of the signal at the collector. */
  path: string
  /** Headers of every request. */
  headers?: Readonly<Record<string, string>>
  /** Default `none`. */
  compression?: 'none' | 'gzip'
  /** Time for a request, in ms. Default 10,000. */
  timeoutMs?: number
  /** Random number in [0, 1) for the waits between attempts. Default `Math.random`; tests give another. */
  random?: () => number
}

/** Sends payloads to a collector. It remembers nothing of a payload, hence the label `undefined`. */
export class OtlpDelivery implements Delivery<undefined> {
  readonly receiver = 'collector'
  readonly refusalOf = refusalOf
  /** Where all requests go, also those with payloads that were queued before it changed. */
  path: string
  readonly #transport: Transport
  readonly #counts: DeliveryCounts
  readonly #headers: Readonly<Record<string, string>>
  readonly #isCompressed: boolean
  readonly #timeoutMs: number
  readonly #random: () => number
  /** The bodies of payloads that have been compressed for an earlier attempt. */
  readonly #compressed = new WeakMap<Payload, Uint8Array>()

  constructor(options: OtlpRequests, contentType: string, counts: DeliveryCounts) {
    this.path = options.path
    this.#transport = options.transport
    this.#counts = counts
    this.#headers = { ...options.headers, 'content-type': contentType }
    this.#isCompressed = options.compression === 'gzip'
    this.#timeoutMs = options.timeoutMs ?? 10_000
    this.#random = options.random ?? Math.random
  }

  label(): undefined {}

  async send(entry: Entry<undefined>): Promise<AgentResponse> {
    const { payload } = entry
    if (this.#isCompressed && !this.#compressed.has(payload)) {
      this.#compressed.set(payload, await compress(payload.body))
    }
    return this.#transport.request(this.lastRequest(entry))
  }

  lastRequest({ payload }: Entry<undefined>): AgentRequest {
    const { path } = this
    const headers = this.#headers
    const timeoutMs = this.#timeoutMs
    const body = this.#compressed.get(payload)
    if (body === undefined) return { method: 'POST', path, headers, body: payload.body, timeoutMs }
    return { method: 'POST', path, headers: { ...headers, 'content-encoding': 'gzip' }, body, timeoutMs }
  }

  outcomeOf({ refusals }: Entry<undefined>, response: AgentResponse): Outcome<undefined> {
    switch (verdictOf(response.status)) {
      case 'accepted':
        this.#reportRejected(response)
        return { kind: 'accepted' }
      case 'again': {
        const askedMs = retryAfterMs(response.headers['retry-after'], Date.now(), MAX_RETRY_AFTER_MS)
        const waitMs = askedMs ?? backoffMs(refusals + 1, OVERLOADED, this.#random())
        return { kind: 'retry', attempts: MAX_ATTEMPTS, waitMs }
      }
      case 'refused':
        return { kind: 'refused', reason: 'refused' }
    }
  }

  #reportRejected(response: AgentResponse): void {
    const partial = partialSuccessOf(response)
    if (partial === undefined) return
    const { rejected, message } = partial
    const { url } = this.#transport
    if (rejected > 0) this.#counts.countDropped('refused', 0, rejected)
    const unit = this.#counts.what === 'traces' ? 'spans' : 'logs'
    const what = rejected > 0 ? `rejects ${rejected} ${unit}` : 'has a remark'
    log.warn(
      'otlp partial success',
      () => `collector at ${url} ${what}${message === '' ? '' : `: ${message}`}`,
    )
  }
}
