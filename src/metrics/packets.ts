/**
 * Fills packets with lines, up to the last byte that a packet may have; a packet is handed over when the next line does
 * not fit.
 *
 * Values of one series that follow each other share a line, `a:1:2:3|d|#…` (protocol 1.1, agent 7.25): a distribution
 * that is measured in a loop costs five bytes a value.
 */

import type { Series } from './series'

/** Gives buffers, and takes packets. */
export interface PacketSink {
  /** Returns a buffer of at least so many bytes; undefined when no more may wait. */
  take(limitBytes: number): Buffer | undefined
  /** Takes a buffer that is filled up to `length`. */
  push(buffer: Buffer, length: number): void
  /** Counts a line that is lost because `take` had no buffer. */
  lost(bytes: number): void
}

const NEWLINE = 10
const COLON = 58

/** Writes lines into packets. */
export class Packets {
  readonly #sink: PacketSink
  #limitBytes: number
  #buffer: Buffer | undefined = undefined
  #used = 0
  /** The series of the last line, if that line can take another value. */
  #last: Series | undefined = undefined

  constructor(sink: PacketSink, limitBytes: number) {
    this.#sink = sink
    this.#limitBytes = limitBytes
  }

  get isEmpty(): boolean {
    return this.#used === 0
  }

  get limitBytes(): number {
    return this.#limitBytes
  }

  /** Sets the limit of packets from now on; the current one is handed over as it is. */
  set limitBytes(bytes: number) {
    this.close()
    this.#limitBytes = bytes
  }

  /**
   * Adds a value, which must be ASCII, to the series' line or to a new one. False when the line is longer than a
   * packet.
   */
  addValue(series: Series, value: string): boolean {
    const { head, tail } = series
    if (this.#last === series && this.#used + 1 + value.length <= this.#limitBytes) {
      let at = this.#used - tail.length
      const buffer = this.#buffer as Buffer
      buffer[at++] = COLON
      at = writeAscii(buffer, at, value)
      buffer.set(tail, at)
      this.#used = at + tail.length
      return true
    }
    const length = head.length + value.length + tail.length
    const buffer = this.#room(length)
    if (buffer === undefined) return length <= this.#limitBytes
    let at = this.#used
    buffer.set(head, at)
    at = writeAscii(buffer, at + head.length, value)
    buffer.set(tail, at)
    this.#used = at + tail.length
    this.#last = series
    return true
  }

  /** Adds a whole line of any text. False when it is longer than a packet. */
  addLine(line: string): boolean {
    const length = Buffer.byteLength(line)
    const buffer = this.#room(length)
    if (buffer === undefined) return length <= this.#limitBytes
    this.#used += buffer.write(line, this.#used)
    this.#last = undefined
    return true
  }

  /** Hands the current packet over, full or not. */
  close(): void {
    if (this.#buffer === undefined || this.#used === 0) return
    const buffer = this.#buffer
    const used = this.#used
    this.#buffer = undefined
    this.#used = 0
    this.#last = undefined
    this.#sink.push(buffer, used)
  }

  /** Returns the buffer with room for a line at `#used`, behind a newline. */
  #room(length: number): Buffer | undefined {
    const limit = this.#limitBytes
    if (length > limit) return undefined
    if (this.#used > 0 && this.#used + 1 + length > limit) this.close()
    this.#buffer ??= this.#sink.take(limit)
    if (this.#buffer === undefined) this.#sink.lost(length)
    else if (this.#used > 0) this.#buffer[this.#used++] = NEWLINE
    return this.#buffer
  }
}

function writeAscii(buffer: Buffer, start: number, text: string): number {
  let at = start
  for (let index = 0; index < text.length; index++) buffer[at++] = text.charCodeAt(index)
  return at
}
