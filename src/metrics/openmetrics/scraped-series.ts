/** The scraped form of series: totals from the first call on, which neither a scrape nor a flush resets. */

import { bucketOf } from './bounds'
import { ExemplarSlot, type Exemplars } from './exemplar'
import type { Labels } from './names'

/** A series of the registry. */
export interface ScrapedSeries {
  readonly labels: Labels
  add(value: number): void
  addMember?(member: string): void
}

/** A count. A negative value makes its family a gauge. */
export class ScrapedCounter implements ScrapedSeries {
  readonly labels: Labels
  readonly slot = new ExemplarSlot()
  readonly #exemplars: Exemplars
  readonly #onDecrease: () => void
  value = 0

  constructor(labels: Labels, exemplars: Exemplars, onDecrease: () => void) {
    this.labels = labels
    this.#exemplars = exemplars
    this.#onDecrease = onDecrease
  }

  add(value: number): void {
    this.value += value
    if (value < 0) this.#onDecrease()
    else this.#exemplars.offer(this.slot, value)
  }
}

/** A gauge. */
export class ScrapedGauge implements ScrapedSeries {
  readonly labels: Labels
  value = 0

  constructor(labels: Labels) {
    this.labels = labels
  }

  add(value: number): void {
    this.value = value
  }
}

/** A histogram, distribution or timing. */
export class ScrapedHistogram implements ScrapedSeries {
  readonly labels: Labels
  readonly bounds: readonly number[]
  /** Count of each bucket alone, not cumulative; the last bucket has no upper end. */
  readonly counts: Float64Array
  readonly slots: readonly ExemplarSlot[]
  readonly #exemplars: Exemplars
  readonly #factor: number
  sum = 0

  /** `factor` converts values to the unit of the bounds. */
  constructor(labels: Labels, bounds: readonly number[], factor: number, exemplars: Exemplars) {
    this.labels = labels
    this.bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
    this.slots = Array.from(this.counts, () => new ExemplarSlot())
    this.#factor = factor
    this.#exemplars = exemplars
  }

  add(given: number): void {
    const value = given * this.#factor
    const bucket = bucketOf(this.bounds, value)
    this.counts[bucket]++
    this.sum += value
    this.#exemplars.offer(this.slots[bucket], value)
  }
}
