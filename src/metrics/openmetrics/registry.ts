/** All families: takes every call of the DogStatsD clients, from when it was opened on. */

import { log } from '../../core/log'
import type { Context } from '../context'
import { OF_TIMINGS, OF_VALUES } from './bounds'
import { Exemplars, type TraceIds } from './exemplar'
import { type Family, namesIn, newFamily } from './family'
import { type Labels, labelsOf, labelsText } from './names'
import { CounterSeries, GaugeSeries, HistogramSeries, type Series } from './series'
import { Members } from './set-series'

/** As many as a scrape of a megabyte or two holds. */
export const MAX_SERIES = 10_000

export interface RegistryOptions {
  activeTrace?: () => TraceIds | undefined
  maxSeries?: number
  now?: () => number
}

export class Registry {
  readonly families = new Map<string, Family>()
  readonly exemplars: Exemplars
  readonly members: Members
  readonly #maxSeries: number
  /** Bounds that the application chose, by the name that it gives the metric. */
  readonly #bounds = new Map<string, readonly number[]>()
  /** Of the samples of all families. */
  readonly #names = new Map<string, Family>()
  #seriesCount = 0
  /** Calls of series for which there was no room, or whose name another type has. */
  droppedCalls = 0

  constructor({ activeTrace = () => undefined, maxSeries = MAX_SERIES, now }: RegistryOptions = {}) {
    this.exemplars = new Exemplars(activeTrace)
    this.members = new Members(() => this.droppedCalls++, now)
    this.#maxSeries = maxSeries
  }

  /** Of histograms that begin later. */
  setBounds(name: string, bounds: readonly number[]): void {
    this.#bounds.set(name, bounds)
  }

  record(context: Context, value: number): void {
    const series = context.series === undefined ? this.#find(context) : context.series
    if (series === null) this.droppedCalls++
    else series.add(value)
  }

  recordMember(context: Context, member: string): void {
    const series = context.series === undefined ? this.#find(context) : context.series
    if (series === null) this.droppedCalls++
    else series.addMember?.(member)
  }

  /** The series is remembered with the context; null: there is none for it. */
  #find(context: Context): Series | null {
    const family = this.#familyOf(context)
    const series = family === undefined ? null : this.#seriesOf(family, context)
    context.series = series
    return series
  }

  #familyOf({ kind, name }: Context): Family | undefined {
    const key = `${kind} ${name}`
    const known = this.families.get(key)
    if (known !== undefined) return known
    const family = newFamily(kind, name)
    const other = namesIn(family)
      .map(each => this.#names.get(each))
      .find(each => each !== undefined)
    // `a.b` and `a_b` are one.
    if (other?.kind === kind && other.name === family.name) return other
    if (other !== undefined) {
      const why = `${other.help} has the name ${family.name}`
      log.warn(`openmetrics ${family.name}`, `${family.help} is not shown to those who scrape: ${why}`)
      return undefined
    }
    if (this.#seriesCount >= this.#maxSeries) return this.#full()
    for (const each of namesIn(family)) this.#names.set(each, family)
    this.families.set(key, family)
    return family
  }

  #seriesOf(family: Family, context: Context): Series | null {
    const labels = labelsOf(context.labels)
    const key = labelsText(labels)
    const known = family.series.get(key)
    if (known !== undefined) return known
    if (this.#seriesCount >= this.#maxSeries) return this.#full() ?? null
    const series = this.#newSeries(family, labels, context.name)
    this.#seriesCount++
    family.series.set(key, series)
    return series
  }

  #newSeries(family: Family, labels: Labels, name: string): Series {
    switch (family.kind) {
      case 'c':
        return new CounterSeries(labels, this.exemplars, () => {
          family.type = 'gauge'
        })
      case 'g':
        return new GaugeSeries(labels)
      case 's':
        return this.members.setOf(labels)
      case 'ms':
        return new HistogramSeries(labels, this.#bounds.get(name) ?? OF_TIMINGS, 0.001, this.exemplars)
      default:
        return new HistogramSeries(labels, this.#bounds.get(name) ?? OF_VALUES, 1, this.exemplars)
    }
  }

  #full(): undefined {
    log.warn(
      'openmetrics full',
      `there are ${this.#maxSeries} series: others are not shown to those who scrape`,
    )
  }
}
