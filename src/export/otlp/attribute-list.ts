/** The attributes of one span while it is written: in order, each name once. Reused for the next span. */

import type { Tags, TagValue } from '../../trace/site'
import { type AttributeValue, ruleOf, type Target } from './attributes'

/** The attributes of the current span, in order. */
export class AttributeList {
  readonly targets: Target[] = []
  readonly values: AttributeValue[] = []
  count = 0
  /** Number of attributes that cannot be sent: NaN and the infinities. */
  droppedCount = 0
  #span = 0

  clear(): void {
    this.count = 0
    this.droppedCount = 0
    this.#span++
  }

  /** Sets an attribute. A later value of the same name replaces the earlier one. */
  set(target: Target, value: AttributeValue): void {
    if (target.span !== this.#span) {
      target.span = this.#span
      target.index = this.count++
      this.targets[target.index] = target
    }
    this.values[target.index] = value
  }

  get(target: Target): AttributeValue | undefined {
    return target.span === this.#span ? this.values[target.index] : undefined
  }

  addTags(tags: Readonly<Tags>): void {
    for (const name in tags) {
      const value = tags[name]
      if (value !== undefined) this.#addTag(name, value)
    }
  }

  #addTag(name: string, value: TagValue): void {
    const { target, convert } = ruleOf(name)
    if (target === undefined) return
    if (typeof value === 'number' && !Number.isFinite(value)) this.droppedCount++
    else this.set(target, convert === undefined ? value : convert(value))
  }
}
