/** The sink process, as questions use it. */

import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Counts } from '../processes/sink-counts'
import { Child } from './child'

/** How long the last payloads may take to arrive once a subject says that it has flushed. */
const ARRIVAL_TIMEOUT_MS = 10_000
const POLL_MS = 50

export class Sink {
  readonly #child = new Child('the sink', join(__dirname, '../processes/sink.js'))

  /** The url of a server of its own for one subject. */
  open(): Promise<string> {
    return this.#child.ask('open')
  }

  reset(url: string): Promise<void> {
    return this.#child.ask('reset', url)
  }

  /** What came to `url`, as soon as that is at least `spans` spans or the time is over. */
  async arrived(url: string, spans: number): Promise<Counts> {
    const deadline = Date.now() + ARRIVAL_TIMEOUT_MS
    for (;;) {
      const counts = await this.#child.ask<Counts>('count', url)
      if (counts.spans >= spans || Date.now() > deadline) return counts
      await delay(POLL_MS)
    }
  }

  close(): Promise<void> {
    return this.#child.stop()
  }
}
