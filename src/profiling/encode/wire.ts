/**
 * Reads and writes the parts of the protobuf wire format that a pprof needs. Numbers are exact below 2^53, as ids,
 * lines and indices of strings are; 64-bit labels and values are never decoded here, but copied as bytes.
 */

/** Walks over the fields of the message in `bytes[at, end)`. */
export class FieldReader {
  readonly bytes: Uint8Array
  readonly end: number
  at: number
  /** Number of the field that `next` has read. */
  field = 0
  /** Offset of the field's tag. */
  start = 0
  /** The value of a number, or the length of a field of bytes, which ends at `at`. */
  value = 0
  isBytes = false

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  /** Reads the next field. Returns false at the end; throws if the bytes are no protobuf. */
  next(): boolean {
    if (this.at >= this.end) return false
    this.start = this.at
    const tag = this.#varint()
    this.field = tag >>> 3
    this.isBytes = (tag & 7) === 2
    if (!this.isBytes && (tag & 7) !== 0) throw new Error(`not a pprof: wire type ${tag & 7}`)
    this.value = this.#varint()
    if (this.isBytes) this.at += this.value
    if (this.at > this.end) throw new Error('not a pprof: cut off')
    return true
  }

  /** Returns a reader for the message that `next` has read. */
  inner(): FieldReader {
    return new FieldReader(this.bytes, this.at - this.value, this.at)
  }

  #varint(): number {
    let byte = this.bytes[this.at++]
    let value = byte & 127
    for (let factor = 128; byte > 127; factor *= 128) {
      byte = this.bytes[this.at++]
      value += (byte & 127) * factor
    }
    return value
  }
}

/** Writes the fields of a message into memory that grows. */
export class FieldWriter {
  #bytes: Buffer
  length = 0

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(Math.ceil(capacity))
  }

  /** Writes a number; 0 is left out, as proto3 does. */
  number(field: number, value: number): void {
    if (value === 0) return
    this.#room(20)
    this.#varint(field * 8)
    this.#varint(value)
  }

  text(field: number, text: string): void {
    const length = Buffer.byteLength(text)
    this.#room(20 + length)
    this.#varint(field * 8 + 2)
    this.#varint(length)
    this.length += this.#bytes.write(text, this.length)
  }

  message(field: number, inner: FieldWriter): void {
    this.#room(20 + inner.length)
    this.#varint(field * 8 + 2)
    this.#varint(inner.length)
    this.raw(inner.#bytes, 0, inner.length)
  }

  /** Copies encoded fields from other bytes. */
  raw(bytes: Uint8Array, from: number, to: number): void {
    this.#room(to - from)
    this.#bytes.set(bytes.subarray(from, to), this.length)
    this.length += to - from
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }

  #varint(value: number): void {
    let rest = value
    while (rest > 127) {
      this.#bytes[this.length++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.length++] = rest
  }

  #room(more: number): void {
    if (this.length + more <= this.#bytes.length) return
    const bytes = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.length + more))
    bytes.set(this.#bytes.subarray(0, this.length))
    this.#bytes = bytes
  }
}
