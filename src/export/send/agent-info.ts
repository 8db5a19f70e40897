/** What the agent says about itself on `/info`: asked once there is something to send, and again when it has changed. */

import type { AgentResponse } from '../../core/exchange'
import { log } from '../../core/log'
import type { AgentInfo } from '../../core/signal'
import { errorCode, type Transport } from '../../core/transport'
import { field, parse } from './responses'

/** Less than that of a payload, since a payload may wait for it. */
const TIMEOUT_MS = 2000
/** Agents write a hash of that answer into this header of every answer. */
const STATE = 'datadog-agent-state'

export class AgentInfoSource {
  readonly #transport: Transport
  readonly #onInfo: (info: AgentInfo) => void
  #info: AgentInfo | undefined
  #running: Promise<AgentInfo | undefined> | undefined
  #isAsked = false
  /** The state when we asked last. */
  #state: string | undefined

  /** `onInfo` gets each new answer. */
  constructor(transport: Transport, onInfo: (info: AgentInfo) => void = () => {}) {
    this.#transport = transport
    this.#onInfo = onInfo
  }

  /** The last answer. */
  get current(): AgentInfo | undefined {
    return this.#info
  }

  /** Asks now. Undefined when the agent has no `/info`; rejects like `Transport.request` when nobody answers. */
  fetch(): Promise<AgentInfo | undefined> {
    if (this.#running === undefined) {
      const running = this.#fetch().finally(() => {
        if (this.#running === running) this.#running = undefined
      })
      this.#running = running
    }
    return this.#running
  }

  /** The agent has answered something: asks in the background if we have not yet, or if it is another agent by now. */
  observe(headers: AgentResponse['headers']): void {
    const state = headers[STATE]
    if (this.#running !== undefined || (this.#isAsked && (state === undefined || state === this.#state)))
      return
    this.#state = state
    this.fetch().catch(error => log.debug(() => `agent info: ${errorCode(error)}`))
  }

  /** The transport leads to another agent. */
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
