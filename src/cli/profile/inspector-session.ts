/** A session with the inspector of another process, over its websocket. */

import type { WebSocket } from 'undici'
import { CommandError } from '../usage'

interface Waiting {
  resolve(answer: unknown): void
  reject(error: Error): void
}

/**
 * Longest wait for an answer. A busy thread answers at its next loop iteration; one blocked in a system call does
 * not.
 */
const ANSWER_MS = 30_000

/** A connection on which methods are called; ends when either side closes it. */
export class InspectorSession {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  /** Resolves when the connection has ended, for any reason. */
  readonly closed: Promise<void>

  private constructor(socket: WebSocket) {
    this.#socket = socket
    this.closed = new Promise(resolve => socket.addEventListener('close', () => resolve()))
    void this.closed.then(() => {
      for (const { reject } of this.#waiting.values()) reject(new CommandError('the process ended meanwhile'))
      this.#waiting.clear()
    })
    socket.addEventListener('message', ({ data }) => this.#receive(String(data)))
  }

  static open(url: string): Promise<InspectorSession> {
    const { WebSocket } = require('undici') as typeof import('undici')
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url)
      socket.addEventListener('open', () => resolve(new InspectorSession(socket)))
      socket.addEventListener('error', () =>
        reject(new CommandError(`the inspector at ${url} does not answer`)),
      )
    })
  }

  /** Calls a method. Rejects with the inspector's error, or if there is no answer in time. */
  ask<Answer = unknown>(method: string, params: object = {}): Promise<Answer> {
    const id = ++this.#lastId
    return new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new CommandError(`${method}: no answer within ${ANSWER_MS / 1000} s: the process is blocked`))
      }, ANSWER_MS)
      const settle =
        <T>(done: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer)
          done(value)
        }
      this.#waiting.set(id, { resolve: settle(resolve as Waiting['resolve']), reject: settle(reject) })
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }

  close(): Promise<void> {
    this.#socket.close()
    return this.closed
  }

  #receive(text: string): void {
    const { id, result, error } = JSON.parse(text) as {
      id?: number
      result?: unknown
      error?: { message: string }
    }
    const waiting = id === undefined ? undefined : this.#waiting.get(id)
    if (id === undefined || waiting === undefined) return
    this.#waiting.delete(id)
    if (error === undefined) waiting.resolve(result)
    else waiting.reject(new CommandError(`the inspector answered with an error: ${error.message}`))
  }
}
