/** Payloads that wait for the agent, oldest first, bounded in bytes and, where it is asked for, in spans. */

import type { Payload } from '../encode/encoder'

export interface Entry {
  payload: Payload
  /** The endpoint that it was encoded for. */
  path: string
  /** Rises from one payload to the next; the halves of a split one share it. */
  order: number
  /** How often the agent answered that it cannot take this one now. */
  refusals: number
  /** Its spans count in statistics of our own (stats/). */
  isCounted: boolean
}

export class PayloadQueue {
  readonly #limitBytes: number
  readonly #limitSpans: number
  readonly #entries: Entry[] = []
  #byteLength = 0
  #spanCount = 0
  #order = 0
  /** The first entry is being sent: it cannot be evicted, its bytes are in use. */
  isFirstInFlight = false

  constructor(limitBytes: number, limitSpans = Number.POSITIVE_INFINITY) {
    this.#limitBytes = limitBytes
    this.#limitSpans = limitSpans
  }

  get byteLength(): number {
    return this.#byteLength
  }

  get size(): number {
    return this.#entries.length
  }

  get first(): Entry | undefined {
    return this.#entries[0]
  }

  get lastOrder(): number {
    return this.#order
  }

  push(payload: Payload, path: string, isCounted = false): void {
    this.#entries.push({ payload, path, order: ++this.#order, refusals: 0, isCounted })
    this.#count(payload, 1)
  }

  shift(): Entry | undefined {
    const entry = this.#entries.shift()
    if (entry !== undefined) this.#count(entry.payload, -1)
    return entry
  }

  /** Puts other payloads in the place of the first. */
  replaceFirst(path: string, payloads: readonly Payload[]): void {
    const old = this.shift()
    if (old === undefined) return
    this.#entries.unshift(...payloads.map(payload => ({ ...old, payload, path })))
    for (const payload of payloads) this.#count(payload, 1)
  }

  /** Takes out what must go so that `headroomBytes` more would fit: the oldest first, never the one in flight. */
  evict(headroomBytes: number): Entry[] {
    const evicted: Entry[] = []
    const from = this.isFirstInFlight ? 1 : 0
    const isOver = () =>
      this.#byteLength + headroomBytes > this.#limitBytes || this.#spanCount > this.#limitSpans
    while (isOver() && this.#entries.length > from) {
      const [entry] = this.#entries.splice(from, 1)
      this.#count(entry.payload, -1)
      evicted.push(entry)
    }
    return evicted
  }

  /** Takes out everything. */
  clear(): Entry[] {
    this.#byteLength = 0
    this.#spanCount = 0
    this.isFirstInFlight = false
    return this.#entries.splice(0)
  }

  #count({ body, spanCount }: Payload, sign: 1 | -1): void {
    this.#byteLength += sign * body.byteLength
    this.#spanCount += sign * spanCount
  }
}
