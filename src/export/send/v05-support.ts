/** Whether the agent takes v0.5: asked before the first payload of that format leaves. */

import { log } from '../../core/log'
import { errorCode, type Transport } from '../../core/transport'
import { V04_PATH, V05_PATH } from '../encode/v05/payload'
import type { AgentInfoSource } from './agent-info'

export class V05Support {
  readonly #transport: Transport
  readonly #info: AgentInfoSource
  readonly #onMissing: () => void
  #isConfirmed = false
  #isMissing = false

  constructor(transport: Transport, info: AgentInfoSource, onMissing: () => void) {
    this.#transport = transport
    this.#info = info
    this.#onMissing = onMissing
  }

  get isConfirmed(): boolean {
    return this.#isConfirmed
  }

  /** Then payloads of v0.5 have to be rewritten; it stays so for the process. */
  get isMissing(): boolean {
    return this.#isMissing
  }

  /** Finds out. An agent without `/info` is an old one; rejects when nobody answers. */
  async ask(): Promise<void> {
    try {
      const info = await this.#info.fetch()
      if (info?.endpoints.includes(V05_PATH)) this.#isConfirmed = true
      else this.miss(info === undefined ? 'it has no /info' : 'it is not in its /info')
    } catch (error) {
      if (errorCode(error) !== 'ETIMEDOUT') throw error
      this.miss('its /info does not answer')
    }
  }

  /** The agent has no v0.5. */
  miss(why: string): void {
    if (this.#isMissing) return
    this.#isMissing = true
    this.#isConfirmed = false
    log.warn(
      'no v0.5',
      `agent at ${this.#transport.url} does not take ${V05_PATH} (${why}), ${V04_PATH} is used`,
    )
    this.#onMissing()
  }

  /** Another agent has to be asked anew. */
  reset(): void {
    this.#isConfirmed = false
  }
}
