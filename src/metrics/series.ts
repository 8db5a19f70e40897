/**
 * One series: what all its lines have in common, as bytes, and what was counted since the last flush.
 *
 *     shop.orders : 3 |c|@0.5|#service:shop,route:/buy|c:in-42|card:low
 *     ── head ───── v ── tail ──────────────────────────────────────────
 */

/** Count, gauge, set, histogram, distribution, timing. */
export type Kind = 'c' | 'g' | 's' | 'h' | 'd' | 'ms'

/** The same series for those who scrape. */
export interface ScrapedSeries {
  add(value: number): void
  addMember?(member: string): void
}

export class Series {
  readonly kind: Kind
  readonly name: string
  /** Tags but for those that all series have. */
  readonly labels: readonly string[]
  readonly head: Uint8Array
  readonly tail: Uint8Array
  /** Has something to send at the next flush. */
  isTouched = false
  /** Of a count, the sum; of a gauge, the last value. */
  value = 0
  /** Of a set. */
  members: Set<string> | undefined = undefined
  /** Null: there is no room for it. */
  scraped: ScrapedSeries | null | undefined = undefined

  constructor(kind: Kind, name: string, tail: string, labels: readonly string[] = []) {
    this.kind = kind
    this.name = name
    this.labels = labels
    this.head = Buffer.from(`${name}:`, 'latin1')
    this.tail = Buffer.from(tail)
  }
}
