/** The scraped form of sets: the number of different members within the last minute. */

import type { Labels } from './names'
import type { ScrapedSeries } from './scraped-series'

/** Time that a member counts. Scrapers that come less often than once a minute miss members. */
export const WINDOW_MS = 60_000
/** Largest number of members of all sets together: about 20 MB. */
export const MAX_MEMBERS = 100_000
/** Time between two sweeps, each of which takes milliseconds. */
const SWEEP_MS = 1000

/** The sets of one process, which share the bound. */
export class Members {
  readonly #now: () => number
  readonly #sets: ScrapedSet[] = []
  readonly #onDropped: () => void
  #sweptAt = Number.NEGATIVE_INFINITY
  count = 0

  constructor(onDropped: () => void, now: () => number = () => performance.now()) {
    this.#onDropped = onDropped
    this.#now = now
  }

  setOf(labels: Labels): ScrapedSet {
    const set = new ScrapedSet(labels, this)
    this.#sets.push(set)
    return set
  }

  add(members: Map<string, number>, member: string): void {
    const now = this.#now()
    const isNew = !members.has(member)
    if (isNew && this.count >= MAX_MEMBERS && now - this.#sweptAt >= SWEEP_MS) this.sweep()
    if (isNew && this.count >= MAX_MEMBERS) {
      this.#onDropped()
      return
    }
    if (isNew) this.count++
    members.set(member, now)
  }

  /** Forgets members whose minute is over. */
  sweep(): void {
    this.#sweptAt = this.#now()
    const oldest = this.#sweptAt - WINDOW_MS
    for (const { members } of this.#sets) {
      for (const [member, at] of members) {
        if (at <= oldest && members.delete(member)) this.count--
      }
    }
  }
}

/** A set, whose value is the number of its members. */
export class ScrapedSet implements ScrapedSeries {
  readonly labels: Labels
  /** Time at which each member was added last, in ms. */
  readonly members = new Map<string, number>()
  readonly #all: Members

  constructor(labels: Labels, all: Members) {
    this.labels = labels
    this.#all = all
  }

  get value(): number {
    return this.members.size
  }

  /** Does nothing: sets take members, not numbers. */
  add(): void {}

  addMember(member: string): void {
    this.#all.add(this.members, member)
  }
}
