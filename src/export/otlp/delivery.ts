/** Requests to the collector, one for each payload of the queue, and what its answers lead to. */

import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { AgentResponse } from '../../core/exchange'
import { log } from '../../core/log'
import { countResponse } from '../../core/tracer-counters'
import type { AgentRequest, Transport } from '../../core/transport'
import type { Payload } from '../encode/encoder'
import type { DeliveryCounts, DropReason } from '../send/delivery-counts'
import type { Entry, PayloadQueue } from '../send/queue'
import { Reachability } from '../send/reachability'
import { backoffMs, OVERLOADED, retryAfterMs } from '../send/retry'
import { SendLoop } from '../send/send-loop'
import { partialSuccessOf, refusalOf, verdictOf } from './answer'

const compress = promisify(gzip)

/** Over a minute of attempts; what comes meanwhile waits, and the queue is bounded. */
const MAX_ATTEMPTS = 10
/** A collector may ask for so much patience. */
const MAX_RETRY_AFTER_MS = 300_000

export interface OtlpDeliveryParts {
  queue: PayloadQueue
  transport: Transport
  counts: DeliveryCounts
  path: string
  headers: Readonly<Record<string, string>>
  timeoutMs: number
  compression: 'none' | 'gzip'
  /** The queue has run empty: the place to push what is due. */
  refill: () => void
  /** In [0, 1). */
  random: () => number
}

export class OtlpDelivery {
  readonly sendLoop: SendLoop
  /** Where requests go: also those whose spans were queued for another path. */
  path: string
  readonly #parts: OtlpDeliveryParts
  readonly #reachability: Reachability
  /** The bodies of payloads that have been compressed for an earlier attempt. */
  readonly #compressed = new WeakMap<Payload, Uint8Array>()

  constructor(parts: OtlpDeliveryParts) {
    this.#parts = parts
    this.path = parts.path
    this.#reachability = new Reachability(parts.transport, parts.counts, parts.random, 'collector')
    this.sendLoop = new SendLoop(parts.queue, {
      refill: parts.refill,
      attempt: entry => this.#attempt(entry),
      fail: entry => this.#drop(entry, 'not encodable'),
    })
  }

  /** The transport leads to another collector, and there to `path`. */
  redirect(path: string): void {
    this.path = path
    this.#reachability.reset()
    this.sendLoop.hurry()
  }

  /** A payload that was not delivered, as it would have been sent. */
  requestOf({ payload }: Entry): AgentRequest {
    const { path } = this
    const { headers, timeoutMs } = this.#parts
    const body = this.#compressed.get(payload)
    if (body === undefined) return { method: 'POST', path, headers, body: payload.body, timeoutMs }
    return { method: 'POST', path, headers: { ...headers, 'content-encoding': 'gzip' }, body, timeoutMs }
  }

  /** Spans were lost since too many wait. */
  reportEviction(): void {
    const { transport, counts, queue } = this.#parts
    if (this.#reachability.isLost) this.#reachability.warn()
    else {
      const waitingKib = Math.round(queue.byteLength / 1024)
      log.warn(
        'queue full',
        () => `${waitingKib} KiB wait for collector at ${transport.url}; ${counts.losses}`,
      )
    }
  }

  async #attempt(entry: Entry): Promise<number> {
    const { queue, transport, compression } = this.#parts
    const { payload } = entry
    let response: AgentResponse
    queue.isFirstInFlight = true
    try {
      if (compression === 'gzip' && !this.#compressed.has(payload)) {
        this.#compressed.set(payload, await compress(payload.body))
      }
      response = await transport.request(this.requestOf(entry))
    } catch (error) {
      return this.#reachability.failed(error)
    } finally {
      queue.isFirstInFlight = false
    }
    countResponse(response.status)
    this.#reachability.reached()
    // The exporter may have been shut down meanwhile; it has counted this payload then.
    return queue.first === entry ? this.#answered(entry, response) : 0
  }

  #answered(entry: Entry, response: AgentResponse): number {
    const { queue, counts, random } = this.#parts
    switch (verdictOf(response.status)) {
      case 'accepted':
        queue.shift()
        counts.countSent(entry.payload)
        this.#reportRejected(response)
        return 0
      case 'again': {
        if (++entry.refusals >= MAX_ATTEMPTS) return this.#refuse(entry, 'overloaded', response)
        const askedMs = retryAfterMs(response.headers['retry-after'], Date.now(), MAX_RETRY_AFTER_MS)
        return Math.max(1, askedMs ?? backoffMs(entry.refusals, OVERLOADED, random()))
      }
      case 'refused':
        return this.#refuse(entry, 'refused', response)
    }
  }

  #reportRejected(response: AgentResponse): void {
    const partial = partialSuccessOf(response)
    if (partial === undefined) return
    const { rejected, message } = partial
    const { counts, transport } = this.#parts
    const { url } = transport
    if (rejected > 0) counts.countDropped('refused', 0, rejected)
    const unit = counts.what === 'traces' ? 'spans' : 'logs'
    const what = rejected > 0 ? `rejects ${rejected} ${unit}` : 'has a remark'
    log.warn(
      'otlp partial success',
      () => `collector at ${url} ${what}${message === '' ? '' : `: ${message}`}`,
    )
  }

  #refuse(entry: Entry, reason: DropReason, response: AgentResponse): 0 {
    const { transport, counts } = this.#parts
    this.#drop(entry, reason)
    const said = refusalOf(response)
    const answer = `${response.status}${said === '' ? '' : ` (${said})`}`
    log.warn(
      `collector answers ${response.status}`,
      () => `collector at ${transport.url} answers ${answer}; ${counts.losses}`,
    )
    return 0
  }

  #drop(entry: Entry, reason: DropReason): void {
    const { queue, counts } = this.#parts
    if (queue.first !== entry) return
    queue.shift()
    counts.countDropped(reason, entry.payload.traceCount, entry.payload.spanCount)
  }
}
