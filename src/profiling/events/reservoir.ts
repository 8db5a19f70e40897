/** Keeps a sample of bounded size, in which every item that was added has the same chance to be. */

/** A reservoir of at most `capacity` items. */
export class Reservoir<T> {
  readonly #capacity: number
  #items: T[] = []
  #seen = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  add(item: T): void {
    this.#seen++
    if (this.#items.length < this.#capacity) this.#items.push(item)
    else {
      // Vitter's algorithm R.
      const at = Math.floor(Math.random() * this.#seen)
      if (at < this.#capacity) this.#items[at] = item
    }
  }

  /** Returns the items and empties the reservoir. */
  take(): T[] {
    const items = this.#items
    this.#items = []
    this.#seen = 0
    return items
  }
}
