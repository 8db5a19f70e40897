/** The queue of payloads that wait for the receiver, oldest first; bounded in bytes and, if so configured, in spans. */

import type { Payload } from '../encode/encoder'

/** A payload in the queue. */
export interface Entry<Label> {
  readonly payload: Payload
  /** What the delivery remembers of the payload. */
  readonly label: Label
  /** Rises from one payload to the next; the halves of a split one share it. */
  readonly order: number
  /** How often the receiver answered that it cannot take this payload now. */
  refusals: number
}

/** The queue; its owner counts what it evicts. */
export class PayloadQueue<Label> {
  readonly #limitBytes: number
  readonly #limitSpans: number
  readonly #entries: Entry<Label>[] = []
  #byteLength = 0
  #spanCount = 0
  #order = 0
  /** Whether the first entry is being sent: it is not evicted then, since its bytes are in use. */
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

  get first(): Entry<Label> | undefined {
    return this.#entries[0]
  }

  get lastOrder(): number {
    return this.#order
  }

  push(payload: Payload, label: Label): void {
    this.#entries.push({ payload, label, order: ++this.#order, refusals: 0 })
    this.#count(payload, 1)
  }

  shift(): Entry<Label> | undefined {
    const entry = this.#entries.shift()
    if (entry !== undefined) this.#count(entry.payload, -1)
    return entry
  }

  /** Puts other payloads in the place of the first. */
  replaceFirst(payloads: readonly Payload[], label: Label): void {
    const old = this.shift()
    if (old === undefined) return
    this.#entries.unshift(...payloads.map(payload => ({ ...old, payload, label })))
    for (const payload of payloads) this.#count(payload, 1)
  }

  /** Takes out so many payloads that `headroomBytes` more fit: the oldest first, never the one in flight. */
  evict(headroomBytes: number): Entry<Label>[] {
    const evicted: Entry<Label>[] = []
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
  clear(): Entry<Label>[] {
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
