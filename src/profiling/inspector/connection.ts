/** A connection of this thread to its own inspector. */

import type { Session } from 'node:inspector'

export class Connection {
  #session: Session | undefined

  /** Throws where Node was built without an inspector, or a permission for it is missing. */
  open(): void {
    const { Session } = require('node:inspector') as typeof import('node:inspector')
    const session = new Session()
    session.connect()
    this.#session = session
  }

  get isOpen(): boolean {
    return this.#session !== undefined
  }

  /** The answer of a method, which comes at once on a thread's own inspector. Throws what the inspector objects. */
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

  /** Ends what the connection had started too. */
  close(): void {
    this.#session?.disconnect()
    this.#session = undefined
  }
}
