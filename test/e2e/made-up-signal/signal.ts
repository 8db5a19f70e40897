/** A whole signal as an example: notes of the application, sent to the agent as lines of text. */

import { endsWithin } from '../../../src/core/deadline'
import { runDetached } from '../../../src/core/detached-context'
import type { ProductRow, Signal, Unsent } from '../../../src/core/signal'
import { Transport } from '../../../src/core/transport'

export interface Notes extends Signal {
  /** Keeps a line until the next flush. */
  note(line: string): void
}

class AgentNotes implements Notes {
  readonly lane = 'notes'
  readonly items = 'notes'
  readonly #transport: Transport
  #lines: string[] = []

  constructor(url: string) {
    this.#transport = new Transport(url)
  }

  get isPending(): boolean {
    return this.#lines.length > 0
  }

  note(line: string): void {
    this.#lines.push(line)
  }

  async flush(timeoutMs: number): Promise<undefined> {
    const { url, requests, itemCount } = this.takeUnsent()
    if (itemCount > 0 && url !== '') {
      await endsWithin(
        runDetached(() => this.#transport.request(requests[0])),
        timeoutMs,
      )
    }
    return undefined
  }

  takeUnsent(): Unsent {
    const lines = this.#lines.splice(0)
    const request = { method: 'POST', path: '/notes', body: lines.join('\n') } as const
    return { url: this.#transport.url, requests: [request], itemCount: lines.length }
  }

  giveUp(): number {
    return this.#lines.splice(0).length
  }

  async shutdown(timeoutMs: number): Promise<undefined> {
    await this.flush(timeoutMs)
    this.#transport.close()
    return undefined
  }

  setUrl(url: string): void {
    this.#transport.setUrl(url)
  }
}

export const NOTES: ProductRow<Notes> = {
  name: 'notes',
  isWanted: ({ enabled }) => enabled,
  open: config => new AgentNotes(config?.url ?? 'http://127.0.0.1:8126'),
}
