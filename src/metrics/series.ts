/**
 * One series: what all its lines have in common, as bytes, and what was counted since the last flush.
 *
 *     shop.orders : 3 |c|@0.5|#service:shop,route:/buy|c:in-42|card:low
 *     ── head ───── v ── tail ──────────────────────────────────────────
 */

/** Type of a metric, as in the protocol: count, gauge, set, histogram, distribution, timing. */
export type Kind = 'c' | 'g' | 's' | 'h' | 'd' | 'ms'

/** A series as a scrape shows it, which no flush resets (openmetrics/scraped-series.ts). */
export interface ScrapedSeries {
  add(value: number): void
  addMember?(member: string): void
}

/** A series: one name, type and set of tags. */
export class Series {
  readonly kind: Kind
  readonly name: string
  /** Tags without the ones that every series of the process has. */
  readonly labels: readonly string[]
  readonly head: Uint8Array
  readonly tail: Uint8Array
  /** True if there is something to send at the next flush. */
  isTouched = false
  /** The sum of a count, or the last value of a gauge. */
  value = 0
  /** The members of a set. */
  members: Set<string> | undefined = undefined
  /** Undefined until the first call after scraping began; null if the registry has no room for the series. */
  scraped: ScrapedSeries | null | undefined = undefined

  constructor(kind: Kind, name: string, tail: string, labels: readonly string[] = []) {
    this.kind = kind
    this.name = name
    this.labels = labels
    this.head = Buffer.from(`${name}:`, 'latin1')
    this.tail = Buffer.from(tail)
  }
}
