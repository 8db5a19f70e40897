/** Series that have something to send at the next flush: sums of counts, last values of gauges, members of sets. */

import type { Context } from './context'

/** Writes one line. */
export type Emit = (context: Context, value: string) => void

export class Aggregates {
  #touched: Context[] = []
  #memberCount = 0

  get isEmpty(): boolean {
    return this.#touched.length === 0
  }

  /** Lines that the next flush makes. */
  get lineCount(): number {
    return this.#touched.length + this.#memberCount
  }

  count(context: Context, value: number): void {
    if (!context.isTouched) this.#touch(context)
    context.value += value
  }

  gauge(context: Context, value: number): void {
    if (!context.isTouched) this.#touch(context)
    context.value = value
  }

  addMember(context: Context, member: string): void {
    if (!context.isTouched) this.#touch(context)
    context.members ??= new Set()
    const before = context.members.size
    context.members.add(member)
    this.#memberCount += context.members.size - before
  }

  /** Everything is written, and starts anew. */
  take(emit: Emit): void {
    const touched = this.#touched
    this.#touched = []
    this.#memberCount = 0
    for (const context of touched) {
      context.isTouched = false
      const { value, members } = context
      context.value = 0
      context.members = undefined
      if (members === undefined) emit(context, String(value))
      else for (const member of members) emit(context, member)
    }
  }

  #touch(context: Context): void {
    context.isTouched = true
    this.#touched.push(context)
  }
}
