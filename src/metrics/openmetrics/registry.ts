/** All families of the process: takes every call of the DogStatsD clients once `tracer.metrics` was used. */

import { log } from '../../core/log'
import type { Series } from '../series'
import { TIMING_BOUNDS, VALUE_BOUNDS } from './bounds'
import { Exemplars, type TraceIds } from './exemplar'
import { type Family, namesIn, newFamily } from './family'
import { type Labels, labelsOf, labelsText } from './names'
import { ScrapedCounter, ScrapedGauge, ScrapedHistogram, type ScrapedSeries } from './scraped-series'
import { Members } from './scraped-set'

/** Largest number of series: a scrape is then a megabyte or two. */
export const MAX_SERIES = 10_000

/** Options of a `Registry`; `now` is the clock of sets, in ms. */
export interface RegistryOptions {
  activeTrace?: () => TraceIds | undefined
  maxSeries?: number
  now?: () => number
}

/** Records the calls of clients for scrapes. */
export class Registry {
  readonly families = new Map<string, Family>()
  readonly exemplars: Exemplars
  readonly members: Members
  readonly #maxSeries: number
  /** Bounds that the application chose, by the name that it gives the metric. */
  readonly #bounds = new Map<string, readonly number[]>()
  /** Names of the samples of all families. */
  readonly #names = new Map<string, Family>()
  #seriesCount = 0
  /** Number of calls for series that have no room, or whose name belongs to another type. */
  droppedCalls = 0

  constructor({ activeTrace = () => undefined, maxSeries = MAX_SERIES, now }: RegistryOptions = {}) {
    this.exemplars = new Exemplars(activeTrace)
    this.members = new Members(() => this.droppedCalls++, now)
    this.#maxSeries = maxSeries
  }

  /** Sets the bounds of histograms that begin after this call. */
  setBounds(name: string, bounds: readonly number[]): void {
    this.#bounds.set(name, bounds)
  }

  record(series: Series, value: number): void {
    const scraped = series.scraped === undefined ? this.#find(series) : series.scraped
    if (scraped === null) this.droppedCalls++
    else scraped.add(value)
  }

  recordMember(series: Series, member: string): void {
    const scraped = series.scraped === undefined ? this.#find(series) : series.scraped
    if (scraped === null) this.droppedCalls++
    else scraped.addMember?.(member)
  }

  /** Finds what scrapers see of a series, and keeps it in `series.scraped`; null if there is no room for it. */
  #find(series: Series): ScrapedSeries | null {
    const family = this.#familyOf(series)
    const scraped = family === undefined ? null : this.#scrapedOf(family, series)
    series.scraped = scraped
    return scraped
  }

  #familyOf({ kind, name }: Series): Family | undefined {
    const key = `${kind} ${name}`
    const known = this.families.get(key)
    if (known !== undefined) return known
    const family = newFamily(kind, name)
    const other = namesIn(family)
      .map(each => this.#names.get(each))
      .find(each => each !== undefined)
    // `a.b` and `a_b` have the same family.
    if (other?.kind === kind && other.name === family.name) return other
    if (other !== undefined) {
      const why = `${other.help} has the name ${family.name}`
      log.warn(`openmetrics ${family.name}`, `${family.help} is not shown to scrapers: ${why}`)
      return undefined
    }
    if (this.#seriesCount >= this.#maxSeries) return this.#full()
    for (const each of namesIn(family)) this.#names.set(each, family)
    this.families.set(key, family)
    return family
  }

  #scrapedOf(family: Family, series: Series): ScrapedSeries | null {
    const labels = labelsOf(series.labels)
    const key = labelsText(labels)
    const known = family.series.get(key)
    if (known !== undefined) return known
    if (this.#seriesCount >= this.#maxSeries) return this.#full() ?? null
    const scraped = this.#newScraped(family, labels, series.name)
    this.#seriesCount++
    family.series.set(key, scraped)
    return scraped
  }

  #newScraped(family: Family, labels: Labels, name: string): ScrapedSeries {
    switch (family.kind) {
      case 'c':
        return new ScrapedCounter(labels, this.exemplars, () => {
          family.type = 'gauge'
        })
      case 'g':
        return new ScrapedGauge(labels)
      case 's':
        return this.members.setOf(labels)
      case 'ms':
        return new ScrapedHistogram(labels, this.#bounds.get(name) ?? TIMING_BOUNDS, 0.001, this.exemplars)
      default:
        return new ScrapedHistogram(labels, this.#bounds.get(name) ?? VALUE_BOUNDS, 1, this.exemplars)
    }
  }

  #full(): undefined {
    log.warn('openmetrics full', `there are ${this.#maxSeries} series: others are not shown to scrapers`)
  }
}
