/** The strings of one v0.5 payload: each is written once, and spans refer to it by its index. */

import { MsgpackBuffer } from '../../../std/msgpack'

/** A buffer that has grown larger than this many bytes is replaced for the next payload. */
const MAX_KEPT = 1024 * 1024
const FIRST_CAPACITY = 16 * 1024

/** A table whose first string is empty. */
export class StringTable {
  readonly #indexes = new Map<string, number>()
  readonly #strings: string[] = []
  /** Byte offset of each string in `#out`. */
  readonly #starts: number[] = []
  readonly #out = new MsgpackBuffer(FIRST_CAPACITY)

  constructor() {
    this.index('')
  }

  get size(): number {
    return this.#strings.length
  }

  /** The strings as msgpack, one after the other, without a header. Valid until the next change. */
  get bytes(): Uint8Array {
    return this.#out.bytes.subarray(0, this.#out.at)
  }

  get byteLength(): number {
    return this.#out.at
  }

  /** Returns the index of `text`, which is added when it is new. */
  index(text: string): number {
    let index = this.#indexes.get(text)
    if (index === undefined) {
      index = this.#strings.length
      this.#indexes.set(text, index)
      this.#strings.push(text)
      this.#starts.push(this.#out.at)
      this.#out.string(text)
    }
    return index
  }

  /** Forgets all strings but the first `size`. */
  truncate(size: number): void {
    if (size >= this.#strings.length) return
    this.#out.at = this.#starts[size]
    for (const text of this.#strings.splice(size)) this.#indexes.delete(text)
    this.#starts.length = size
  }

  /** Removes all strings but the empty one, for the next payload. */
  clear(): void {
    this.#indexes.clear()
    this.#strings.length = 0
    this.#starts.length = 0
    if (this.#out.bytes.length > MAX_KEPT) this.#out.use(Buffer.allocUnsafeSlow(FIRST_CAPACITY))
    this.#out.at = 0
    this.index('')
  }
}
