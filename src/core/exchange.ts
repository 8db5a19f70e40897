/** Handles one request: gathers the answer that undici's dispatcher reports piece by piece. */

import type { Dispatcher } from 'undici'
import { later } from '../std/timer'

/** An answer of the agent. */
export interface AgentResponse {
  status: number
  /** Lower-case names; values of a repeated header are joined. */
  headers: Readonly<Record<string, string | undefined>>
  /** At most the first `MAX_BODY` bytes of the body, as text. */
  body: string
  /** At most the first `MAX_BODY` bytes of the body, for answers that are not text. */
  bytes: Uint8Array
}

/** Bytes of an answer that are read. The longest answers are sampling rates, at about 60 bytes for each service. */
export const MAX_BODY = 256 * 1024

/** Settles a promise by what undici reports of one request. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (response: AgentResponse) => void
  readonly #reject: (error: unknown) => void
  readonly #timer: NodeJS.Timeout
  #isSettled = false
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: Record<string, string | undefined> = {}
  #chunks: Uint8Array[] = []
  #size = 0

  /** `timeoutMs` covers everything, also the wait for the connection. */
  constructor(
    timeoutMs: number,
    resolve: (response: AgentResponse) => void,
    reject: (error: unknown) => void,
  ) {
    this.#resolve = resolve
    this.#reject = reject
    this.#timer = later(() => this.#fail(timeout(timeoutMs)), timeoutMs)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // The request timed out while it waited for its turn.
    if (this.#isSettled) controller.abort(timeout(0))
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#status = status
    for (const name of Object.keys(headers)) {
      const value = headers[name]
      this.#headers[name] = Array.isArray(value) ? value.join(', ') : value
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#isSettled) return
    this.#chunks.push(chunk)
    this.#size += chunk.length
    // An endless answer is not read to its end. Giving it up costs a new connection.
    if (this.#size > MAX_BODY) this.#succeed()
  }

  onResponseEnd(): void {
    this.#succeed()
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#fail(error)
  }

  #succeed(): void {
    if (!this.#settle()) return
    const bytes = Buffer.concat(this.#chunks, Math.min(this.#size, MAX_BODY))
    this.#chunks = []
    this.#resolve({ status: this.#status, headers: this.#headers, body: bytes.toString('utf8'), bytes })
    if (this.#size > MAX_BODY) this.#controller?.abort(new Error('answer too long'))
  }

  #fail(error: unknown): void {
    if (!this.#settle()) return
    this.#chunks = []
    this.#reject(error)
    // When undici itself reported the error, this does nothing.
    this.#controller?.abort(error instanceof Error ? error : new Error(String(error)))
  }

  #settle(): boolean {
    if (this.#isSettled) return false
    this.#isSettled = true
    clearTimeout(this.#timer)
    return true
  }
}

function timeout(timeoutMs: number): Error {
  return Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' })
}
