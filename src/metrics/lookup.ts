/**
 * From a call's name and tags to its context without making a text of them: a step for each key, and one for each value.
 * 15 ns for a name alone, 50 ns with a literal of two tags (Node 20); a text of them would take 200 ns, and be garbage.
 */

import type { Context, Kind } from './context'
import type { MetricCardinality, MetricOptions, MetricTags } from './types'

/** A place on the way, and at its end a context; null: this is nothing that can be sent. */
export class Place {
  context: Context | null | undefined = undefined
  #next: Map<unknown, Place> | undefined = undefined

  step(by: unknown, steps: { count: number }): Place {
    this.#next ??= new Map()
    let place = this.#next.get(by)
    if (place === undefined) {
      place = new Place()
      this.#next.set(by, place)
      steps.count++
    }
    return place
  }
}

/** No tag is equal to these. */
const IN_ARRAY = Symbol('array')
const CARDINALITIES: Record<MetricCardinality, symbol> = {
  none: Symbol('none'),
  low: Symbol('low'),
  orchestrator: Symbol('orchestrator'),
  high: Symbol('high'),
}

/** All series of one client. */
export class Lookup {
  readonly #kinds: Record<Kind, Place> = {
    c: new Place(),
    g: new Place(),
    s: new Place(),
    h: new Place(),
    d: new Place(),
    ms: new Place(),
  }
  /** Counts new places, for whoever bounds their number. */
  readonly #steps: { count: number }

  constructor(steps: { count: number }) {
    this.#steps = steps
  }

  find(
    kind: Kind,
    name: string,
    tags: MetricTags | undefined,
    rate: number,
    options: MetricOptions | undefined,
  ): Place {
    const steps = this.#steps
    let place = this.#kinds[kind].step(name, steps)
    if (rate !== 1) place = place.step(rate, steps)
    if (options?.cardinality !== undefined) place = place.step(CARDINALITIES[options.cardinality], steps)
    if (typeof tags !== 'object' || tags === null) return place
    if (Array.isArray(tags)) {
      place = place.step(IN_ARRAY, steps)
      for (let index = 0; index < tags.length; index++) place = place.step(tags[index], steps)
      return place
    }
    const record = tags as Record<string, unknown>
    // `Object.keys` would take twice as long; a key that is inherited only adds a step.
    for (const key in record) place = place.step(key, steps).step(record[key], steps)
    return place
  }
}
