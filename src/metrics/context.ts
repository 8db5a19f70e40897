/**
 * One series: what all its lines have in common, as bytes, and what was counted since the last flush.
 *
 *     shop.orders : 3 |c|@0.5|#service:shop,route:/buy|c:in-42|card:low
 *     ── head ───── v ── tail ──────────────────────────────────────────
 */

/** Count, gauge, set, histogram, distribution, timing. */
export type Kind = 'c' | 'g' | 's' | 'h' | 'd' | 'ms'

export class Context {
  readonly kind: Kind
  readonly head: Uint8Array
  readonly tail: Uint8Array
  /** Has something to send at the next flush. */
  isTouched = false
  /** Of a count, the sum; of a gauge, the last value. */
  value = 0
  /** Of a set. */
  members: Set<string> | undefined = undefined

  constructor(kind: Kind, head: string, tail: string) {
    this.kind = kind
    this.head = Buffer.from(head, 'latin1')
    this.tail = Buffer.from(tail)
  }
}
