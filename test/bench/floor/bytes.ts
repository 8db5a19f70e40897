/** The floor's msgpack: values appended to a buffer of fixed size. No limits, no safety, ASCII only. */

const TWO_32 = 0x1_0000_0000

export class Bytes {
  bytes: Uint8Array<ArrayBuffer>
  view: DataView
  at = 0

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer)
  }

  copy(block: Uint8Array): void {
    this.bytes.set(block, this.at)
    this.at += block.length
  }

  text(text: string): void {
    const { bytes } = this
    const { length } = text
    let at = this.at
    if (length < 32) bytes[at++] = 0xa0 | length
    else {
      bytes[at++] = 0xd9
      bytes[at++] = length
    }
    for (let index = 0; index < length; index++) bytes[at++] = text.charCodeAt(index)
    this.at = at
  }

  /** Room for a uint64; returns the place of its words. */
  uint64(): number {
    this.bytes[this.at] = 0xcf
    this.at += 9
    return this.at - 8
  }

  /** Header of a map; returns the place of its count. */
  map(): number {
    this.bytes[this.at] = 0xde
    this.at += 3
    return this.at - 2
  }

  words(at: number, hi: number, lo: number): void {
    this.view.setInt32(at, hi)
    this.view.setInt32(at + 4, lo)
  }

  /** Milliseconds, as nanoseconds. */
  time(at: number, ms: number): void {
    const ns = Math.round(ms * 1e6)
    this.words(at, ns / TWO_32, ns % TWO_32)
  }

  number(value: number): void {
    const { bytes, at } = this
    if (value !== value >>> 0) {
      bytes[at] = 0xcb
      this.view.setFloat64(at + 1, value)
      this.at = at + 9
    } else if (value < 128) {
      bytes[at] = value
      this.at = at + 1
    } else {
      bytes[at] = 0xce
      this.view.setUint32(at + 1, value)
      this.at = at + 5
    }
  }
}
