/** A fair sample of bounded size of all that was put in: each had the same chance to stay. */

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

  /** All there is; it is empty then. */
  take(): T[] {
    const items = this.#items
    this.#items = []
    this.#seen = 0
    return items
  }
}
