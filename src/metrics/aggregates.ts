/** Series that have something to send at the next flush: sums of counts, last values of gauges, members of sets. */

import type { Series } from './series'

/** Writes one line of a series. */
export type Emit = (series: Series, value: string) => void

/** Sums, last values and members since the last flush. */
export class Aggregates {
  #touched: Series[] = []
  #memberCount = 0

  get isEmpty(): boolean {
    return this.#touched.length === 0
  }

  /** Number of lines that the next flush makes. */
  get lineCount(): number {
    return this.#touched.length + this.#memberCount
  }

  count(series: Series, value: number): void {
    if (!series.isTouched) this.#touch(series)
    series.value += value
  }

  gauge(series: Series, value: number): void {
    if (!series.isTouched) this.#touch(series)
    series.value = value
  }

  addMember(series: Series, member: string): void {
    if (!series.isTouched) this.#touch(series)
    series.members ??= new Set()
    const before = series.members.size
    series.members.add(member)
    this.#memberCount += series.members.size - before
  }

  /** Writes the lines of every touched series with `emit`, and empties the series. */
  take(emit: Emit): void {
    const touched = this.#touched
    this.#touched = []
    this.#memberCount = 0
    for (const series of touched) {
      series.isTouched = false
      const { value, members } = series
      series.value = 0
      series.members = undefined
      if (members === undefined) emit(series, String(value))
      else for (const member of members) emit(series, member)
    }
  }

  #touch(series: Series): void {
    series.isTouched = true
    this.#touched.push(series)
  }
}
