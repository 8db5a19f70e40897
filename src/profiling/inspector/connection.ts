/** A connection of this thread to its own inspector. */

import type { Session } from 'node:inspector'

/** A connection that is opened and closed any number of times. */
export class Connection {
  #session: Session | undefined

  /** Connects. Throws if Node was built without an inspector, or if the permission for it is missing. */
  open(): void {
    const { Session } = require('node:inspector') as typeof import('node:inspector')
    const session = new Session()
    session.connect()
    this.#session = session
  }

  get isOpen(): boolean {
    return this.#session !== undefined
  }

  /** Calls a method and returns its answer, which a thread's own inspector gives synchronously. Throws its error. */
  ask<Answer = unknown>(method: string, parameters: object = {}): Answer {
    let failure: Error | null = new Error(`${method}: no answer`)
    let answer: Answer | undefined
    this.#session?.post(method, parameters, (error, result) => {
      failure = error
      answer = result as Answer
    })
    if (failure !== null) throw failure
    return answer as Answer
  }

  /** Disconnects, which also ends what was started through this connection. */
  close(): void {
    this.#session?.disconnect()
    this.#session = undefined
  }
}
