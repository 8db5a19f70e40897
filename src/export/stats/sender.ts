/**
 * Sends payloads of statistics one after the other, and drops a payload that the agent does not take in a few
 * attempts.
 */

import { runDetached } from '../../core/detached-context'
import { reportFailure } from '../../core/fence'
import { log } from '../../core/log'
import { type AgentRequest, errorCode, type Transport } from '../../core/transport'
import { CancellableWait } from '../send/cancellable-wait'
import { reasonOf, verdictOf } from '../send/responses'
import { backoffMs, OVERLOADED, retryAfterMs } from '../send/retry'

const REQUEST_TIMEOUT_MS = 5000
/** Attempts for one payload; with the waits in between they take 15 s at most, when the next payload has come. */
const MAX_ATTEMPTS = 5
/** Most payloads that wait. More come together only if the agent asks for long waits. */
const MAX_WAITING = 4

/** What a `StatsSender` works with. */
export interface SenderParts {
  transport: Transport
  /** Name of the payloads in messages. */
  what: string
  request: Pick<AgentRequest, 'method' | 'path'>
  headers: Readonly<Record<string, string>>
  /** Called when the agent does not know the endpoint. */
  onUnknown: () => void
  /** Random number in [0, 1) for the waits between attempts. */
  random: () => number
}

/** Sends payloads to one endpoint; also used for data streams. */
export class StatsSender {
  readonly #parts: SenderParts
  readonly #wait = new CancellableWait()
  /** Payloads that wait; the first is under way. */
  #waiting: Uint8Array[] = []
  #dropped = 0
  #running: Promise<void> | undefined
  #isHurried = false

  constructor(parts: SenderParts) {
    this.#parts = parts
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  push(body: Uint8Array): void {
    this.#waiting.push(body)
    if (this.#waiting.length > MAX_WAITING) this.#drop(this.#waiting[1], 'the agent takes none')
    this.#running ??= runDetached(() => this.#run())
  }

  /** Resolves when no payload waits any more. Meanwhile a payload has two attempts, without a wait in between. */
  async flush(): Promise<void> {
    this.#isHurried = true
    this.#wait.end()
    await this.#running
    this.#isHurried = false
  }

  /** Takes out the payloads that have not been answered, as requests. */
  takeUnsent(): AgentRequest[] {
    return this.#waiting.splice(0).map(body => this.#request(body))
  }

  clear(): void {
    this.#waiting = []
    this.#wait.end()
  }

  async #run(): Promise<void> {
    let attempts = 0
    for (let [body] = this.#waiting; body !== undefined; [body] = this.#waiting) {
      const waitMs = await this.#attempt(body, ++attempts)
      if (this.#waiting[0] !== body) attempts = 0
      else await this.#wait.wait(waitMs)
    }
    this.#running = undefined
  }

  /** Returns the ms to wait before the next attempt, if there is one. */
  async #attempt(body: Uint8Array, attempts: number): Promise<number> {
    const { transport, onUnknown, random } = this.#parts
    let waitMs = backoffMs(attempts, OVERLOADED, random())
    let trouble: string
    try {
      const response = await transport.request(this.#request(body))
      const { status, headers } = response
      const verdict = verdictOf(status)
      if (verdict === 'accepted') {
        this.#remove(body)
        return 0
      }
      trouble = `it answers ${`${status} ${reasonOf(response.body)}`.trim()}`
      if (verdict !== 'overloaded' && verdict !== 'late') {
        this.#drop(body, trouble)
        if (verdict === 'unknown format') onUnknown()
        return 0
      }
      waitMs = retryAfterMs(headers['retry-after'], Date.now()) ?? waitMs
    } catch (error) {
      trouble = errorCode(error)
    }
    // As for traces (send/flushes.ts): the first failure may be an idle connection that the agent has closed.
    if (attempts >= (this.#isHurried ? 2 : MAX_ATTEMPTS)) this.#drop(body, trouble)
    log.debug(() => `${this.#parts.what}: ${trouble}, attempt ${attempts}`)
    return this.#isHurried ? 0 : waitMs
  }

  #request(body: Uint8Array): AgentRequest {
    const { request, headers } = this.#parts
    return { ...request, headers, body, timeoutMs: REQUEST_TIMEOUT_MS }
  }

  #remove(body: Uint8Array): boolean {
    const index = this.#waiting.indexOf(body)
    if (index >= 0) this.#waiting.splice(index, 1)
    return index >= 0
  }

  #drop(body: Uint8Array, trouble: string): void {
    if (!this.#remove(body)) return
    this.#dropped++
    try {
      const { what, transport } = this.#parts
      log.warn(
        `${what} dropped`,
        `agent at ${transport.url} did not take ${what} (${trouble}); ${this.#dropped} payloads dropped in total`,
      )
    } catch (error) {
      reportFailure(this.#parts.what, error)
    }
  }
}
