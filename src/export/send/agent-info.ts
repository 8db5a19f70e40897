/**
 * What the agent says about itself on `/info`. It is asked when there is something to send, and again when its state
 * changes.
 */

import type { AgentResponse } from '../../core/exchange'
import { log } from '../../core/log'
import type { AgentInfo } from '../../core/signal'
import { errorCode, type Transport } from '../../core/transport'
import { field, parse } from './responses'

/** Shorter than the time limit of a payload, since a payload may wait for the answer. */
const TIMEOUT_MS = 2000
/** Header of every answer of an agent: a hash of its `/info`. */
const STATE = 'datadog-agent-state'

/** Asks for `/info`, one request at a time, and keeps the last answer. */
export class AgentInfoSource {
  readonly #transport: Transport
  readonly #onInfo: (info: AgentInfo) => void
  #info: AgentInfo | undefined
  #running: Promise<AgentInfo | undefined> | undefined
  #isAsked = false
  /** Value of the header `STATE` when the agent was asked last. */
  #state: string | undefined

  /** `onInfo` is called with each answer. */
  constructor(transport: Transport, onInfo: (info: AgentInfo) => void = () => {}) {
    this.#transport = transport
    this.#onInfo = onInfo
  }

  /** The last answer. */
  get current(): AgentInfo | undefined {
    return this.#info
  }

  /** Asks now. Undefined when the agent has no `/info`; rejects like `Transport.request` when it does not answer. */
  fetch(): Promise<AgentInfo | undefined> {
    if (this.#running === undefined) {
      const running = this.#fetch().finally(() => {
        if (this.#running === running) this.#running = undefined
      })
      this.#running = running
    }
    return this.#running
  }

  /**
   * Looks at the headers of any answer of the agent: asks in the background if it was not asked yet, or if its
   * state has changed.
   */
  observe(headers: AgentResponse['headers']): void {
    const state = headers[STATE]
    if (this.#running !== undefined || (this.#isAsked && (state === undefined || state === this.#state)))
      return
    this.#state = state
    this.fetch().catch(error => log.debug(() => `agent info: ${errorCode(error)}`))
  }

  /** To be called when the transport leads to another agent: forgets what the old one said. */
  reset(): void {
    this.#info = undefined
    this.#running = undefined
    this.#isAsked = false
    this.#state = undefined
  }

  async #fetch(): Promise<AgentInfo | undefined> {
    const { url } = this.#transport
    const response = await this.#transport.request({ method: 'GET', path: '/info', timeoutMs: TIMEOUT_MS })
    if (url !== this.#transport.url)
      throw Object.assign(new Error('agent url changed'), { code: 'ECANCELED' })
    this.#isAsked = true
    this.#state = response.headers[STATE] ?? this.#state
    const info = response.status === 200 ? read(parse(response.body)) : undefined
    if (info === undefined) return undefined
    this.#info = info
    this.#onInfo(info)
    return info
  }
}

function read(body: unknown): AgentInfo | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const endpoints = field(body, 'endpoints')
  const maxRequestBytes = field(field(body, 'config'), 'max_request_bytes')
  return {
    endpoints: Array.isArray(endpoints) ? endpoints.filter(each => typeof each === 'string') : [],
    maxRequestBytes: typeof maxRequestBytes === 'number' && maxRequestBytes > 0 ? maxRequestBytes : undefined,
    fields: body as Record<string, unknown>,
  }
}
