/**
 * A growing buffer that msgpack values are appended to (https://github.com/msgpack/msgpack/blob/master/spec.md).
 *
 * `bytes`, `view` and `at` are public: the encoder of traces patches what it has copied. After a call that can grow
 * the buffer, read `bytes` and `view` again.
 */

const TWO_32 = 0x1_0000_0000
/** Below this length a loop over the characters beats a call into the engine (Node 20 to 26: 20 to 60 characters). */
const SHORT = 40
function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** A buffer that values are appended to. */
export class MsgpackBuffer {
  bytes: Buffer
  at = 0
  view: DataView

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity)
    this.view = viewOf(this.bytes)
  }

  /** Continues in another buffer, from its start. */
  use(bytes: Buffer): void {
    this.bytes = bytes
    this.view = viewOf(bytes)
    this.at = 0
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.at + count
    if (needed <= this.bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2))
    this.bytes.copy(grown, 0, 0, this.at)
    this.bytes = grown
    this.view = viewOf(grown)
  }

  copy(block: Uint8Array): void {
    const { length } = block
    this.reserve(length)
    this.bytes.set(block, this.at)
    this.at += length
  }

  /** Returns a copy of what has been written. */
  slice(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.bytes, 0, this.at)
  }

  /** Writes the lower 32 bits of an integer, big endian, at a place that has been reserved. */
  setWord(at: number, word: number): void {
    this.view.setInt32(at, word)
  }

  /** Writes an array header that can be patched later, always five bytes. Returns the place of its count. */
  array32(count: number): number {
    return this.#header(0xdd, count)
  }

  /** Writes a map header that can be patched later, always five bytes. Returns the place of its count. */
  map32(count: number): number {
    return this.#header(0xdf, count)
  }

  #header(type: number, count: number): number {
    this.reserve(5)
    this.bytes[this.at] = type
    this.setWord(this.at + 1, count)
    this.at += 5
    return this.at - 4
  }

  /** Writes a uint64 from two int32 words. */
  uint64(hi: number, lo: number): void {
    this.reserve(9)
    this.bytes[this.at] = 0xcf
    this.setWord(this.at + 1, hi)
    this.setWord(this.at + 5, lo)
    this.at += 9
  }

  /** Writes a text as UTF-8; half of a surrogate pair becomes U+FFFD. */
  string(text: string): void {
    const { length } = text
    if (length > SHORT || !this.#ascii(text, length)) this.#utf8(text, length)
  }

  #ascii(text: string, length: number): boolean {
    this.reserve(length + 2)
    const { bytes } = this
    let at = this.at
    if (length < 32) bytes[at++] = 0xa0 | length
    else {
      bytes[at++] = 0xd9
      bytes[at++] = length
    }
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code > 127) return false
      bytes[at++] = code
    }
    this.at = at
    return true
  }

  #utf8(text: string, length: number): void {
    this.reserve(length * 3 + 5)
    const { bytes } = this
    const start = this.at
    // The header comes first, and its width follows from the most bytes that the text can take.
    const most = length * 3
    const head = most < 32 ? 1 : most < 256 ? 2 : most < 65536 ? 3 : 5
    const size = bytes.write(text, start + head, most, 'utf8')
    if (head === 1) bytes[start] = 0xa0 | size
    else if (head === 2) {
      bytes[start] = 0xd9
      bytes[start + 1] = size
    } else if (head === 3) {
      bytes[start] = 0xda
      bytes[start + 1] = size >>> 8
      bytes[start + 2] = size
    } else {
      bytes[start] = 0xdb
      this.setWord(start + 1, size)
    }
    this.at = start + head + size
  }

  /** Writes a finite number: as the narrowest integer that holds it, else as float64. */
  number(value: number): void {
    this.reserve(9)
    if (!Number.isInteger(value)) this.#float64(value)
    else if (value >= 0) this.#unsigned(value)
    else this.#negative(value)
  }

  #unsigned(value: number): void {
    const { bytes } = this
    const { at } = this
    if (value < 0x80) {
      bytes[at] = value
      this.at = at + 1
    } else if (value < 0x100) {
      bytes[at] = 0xcc
      bytes[at + 1] = value
      this.at = at + 2
    } else if (value < 0x10000) {
      bytes[at] = 0xcd
      bytes[at + 1] = value >>> 8
      bytes[at + 2] = value
      this.at = at + 3
    } else if (value < TWO_32) {
      bytes[at] = 0xce
      this.setWord(at + 1, value)
      this.at = at + 5
    } else if (value <= Number.MAX_SAFE_INTEGER) {
      this.uint64(Math.floor(value / TWO_32), value)
    } else this.#float64(value)
  }

  #negative(value: number): void {
    const { bytes } = this
    const { at } = this
    if (value >= -0x20) {
      bytes[at] = value
      this.at = at + 1
    } else if (value >= -0x80) {
      bytes[at] = 0xd0
      bytes[at + 1] = value
      this.at = at + 2
    } else if (value >= -0x8000) {
      bytes[at] = 0xd1
      bytes[at + 1] = value >> 8
      bytes[at + 2] = value
      this.at = at + 3
    } else if (value >= -0x8000_0000) {
      bytes[at] = 0xd2
      this.setWord(at + 1, value)
      this.at = at + 5
    } else this.#float64(value)
  }

  #float64(value: number): void {
    this.bytes[this.at] = 0xcb
    this.view.setFloat64(this.at + 1, value)
    this.at += 9
  }
}
