/**
 * The trace format v0.5: `[strings, chunks]`, a chunk an array of spans, a span an array of exactly twelve.
 *
 * | # | value | type | | # | value | type |
 * |---|---|---|---|---|---|---|
 * | 0 | service | index | | 6 | start | int64, ns |
 * | 1 | name | index | | 7 | duration | int64, ns |
 * | 2 | resource | index | | 8 | error | int |
 * | 3 | trace id, lower half | uint64 | | 9 | meta | map index → index |
 * | 4 | span id | uint64 | | 10 | metrics | map index → int or float64 |
 * | 5 | parent id | uint64 | | 11 | type | index |
 *
 * An index points into `strings`, whose first is empty.
 */

import { MsgpackBuffer } from '../../../std/msgpack'
import type { LocalTrace, SpanRecord } from '../../../trace/local-trace'
import type { CommonTags } from '../common-tags'
import type { Encoder, Payload } from '../encoder'
import { flatten } from '../flatten'
import { cutLong } from '../shrink'
import { joinV05 } from './payload'
import { V05SpanWriter } from './span'
import { StringTable } from './string-table'

const FIRST_CAPACITY = 64 * 1024
/** Buffers larger than this many bytes are not kept for the next payload. */
const MAX_KEPT = 2 * 1024 * 1024

/** Encodes chunks as v0.5. */
export class V05Encoder implements Encoder {
  traceCount = 0
  #spanCount = 0
  readonly #common: CommonTags
  readonly #maxChunkBytes: number
  readonly #strings = new StringTable()
  readonly #out = new MsgpackBuffer(FIRST_CAPACITY)
  readonly #writer: V05SpanWriter
  #spare: Uint8Array | undefined

  constructor(common: CommonTags, maxChunkBytes: number) {
    this.#common = common
    this.#maxChunkBytes = maxChunkBytes
    this.#writer = new V05SpanWriter(this.#out, this.#strings, common)
  }

  get byteLength(): number {
    return this.traceCount === 0 ? 0 : this.#out.at + this.#strings.byteLength
  }

  add(trace: LocalTrace, spans: readonly SpanRecord[]): boolean {
    const start = this.#out.at
    const known = this.#strings.size
    let isAdded = false
    try {
      isAdded = this.#chunk(trace, spans, false) || this.#chunk(trace, spans, true)
    } finally {
      // After a chunk that is too large, or a span that cannot be encoded, nothing of the chunk stays.
      if (!isAdded) this.#undo(start, known)
    }
    if (isAdded) {
      this.traceCount++
      this.#spanCount += spans.length
    }
    return isAdded
  }

  take(): Payload | undefined {
    if (this.traceCount === 0) return undefined
    const chunks = this.#out.bytes.subarray(0, this.#out.at)
    const body = joinV05(this.#strings, this.traceCount, chunks, this.#spare)
    const payload = { body, traceCount: this.traceCount, spanCount: this.#spanCount }
    this.#spare = undefined
    if (this.#out.bytes.length > MAX_KEPT) this.#out.use(Buffer.allocUnsafeSlow(FIRST_CAPACITY))
    this.#out.at = 0
    this.#strings.clear()
    this.#writer.forget()
    this.traceCount = 0
    this.#spanCount = 0
    return payload
  }

  recycle(body: Uint8Array): void {
    const { buffer } = body
    if (buffer.byteLength > MAX_KEPT || buffer.byteLength <= (this.#spare?.length ?? 0)) return
    this.#spare = new Uint8Array(buffer)
  }

  /**
   * Writes the chunk, with `isShrunk` from flattened spans whose long values are cut. Returns false, and writes
   * nothing, when it is too large.
   */
  #chunk(trace: LocalTrace, spans: readonly SpanRecord[], isShrunk: boolean): boolean {
    const start = this.#out.at
    const known = this.#strings.size
    const before = start + this.#strings.byteLength
    this.#out.array32(spans.length)
    for (let index = 0; index < spans.length; index++) {
      const span = spans[index]
      if (isShrunk) this.#writer.writeFlat(trace, span, cutLong(flatten(span, index === 0, this.#common)))
      else this.#writer.write(trace, span, index === 0)
    }
    if (this.#out.at + this.#strings.byteLength - before <= this.#maxChunkBytes) return true
    this.#undo(start, known)
    return false
  }

  #undo(start: number, known: number): void {
    this.#out.at = start
    this.#strings.truncate(known)
    this.#writer.forget()
  }
}
