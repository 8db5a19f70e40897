/** The trace format v0.4: msgpack, an array of chunks, a chunk an array of spans (span.ts). */

import { MsgpackBuffer } from '../../../std/msgpack'
import type { LocalTrace, SpanRecord } from '../../../trace/local-trace'
import type { CommonTags } from '../common-tags'
import type { ChunkedPayload, Encoder, Payload } from '../encoder'
import { flatten } from '../flatten'
import { cutLong } from '../shrink'
import { V04SpanWriter } from './span'

const FIRST_CAPACITY = 64 * 1024
/** Buffers larger than this many bytes are not kept for the next payload. */
const MAX_KEPT = 2 * 1024 * 1024

/** Encodes chunks as v0.4. */
export class V04Encoder implements Encoder {
  traceCount = 0
  #spanCount = 0
  #chunkStarts: number[] = []
  readonly #common: CommonTags
  readonly #maxChunkBytes: number
  readonly #out = new MsgpackBuffer(FIRST_CAPACITY)
  readonly #writer: V04SpanWriter
  /** Buffers of payloads that have been sent; two at most, since one is filled while the other is under way. */
  readonly #spares: Buffer[] = []

  constructor(common: CommonTags, maxChunkBytes: number) {
    this.#common = common
    this.#maxChunkBytes = maxChunkBytes
    this.#writer = new V04SpanWriter(this.#out, common)
    this.#out.array32(0)
  }

  get byteLength(): number {
    return this.traceCount === 0 ? 0 : this.#out.at
  }

  add(trace: LocalTrace, spans: readonly SpanRecord[]): boolean {
    const out = this.#out
    const start = out.at
    let isWhole = false
    try {
      out.array32(spans.length)
      for (let index = 0; index < spans.length; index++) this.#writer.write(trace, spans[index], index === 0)
      isWhole = out.at - start <= this.#maxChunkBytes || this.#addCut(start, spans)
    } finally {
      // Half a chunk would make the agent refuse the whole payload.
      if (!isWhole) out.at = start
    }
    if (!isWhole) return false
    this.#chunkStarts.push(start)
    this.traceCount++
    this.#spanCount += spans.length
    return true
  }

  take(): Payload | undefined {
    if (this.traceCount === 0) return undefined
    const out = this.#out
    out.setWord(1, this.traceCount)
    const payload: ChunkedPayload = {
      body: out.bytes.subarray(0, out.at),
      traceCount: this.traceCount,
      spanCount: this.#spanCount,
      chunkStarts: this.#chunkStarts,
    }
    out.use(this.#spares.pop() ?? Buffer.allocUnsafeSlow(FIRST_CAPACITY))
    out.array32(0)
    this.traceCount = 0
    this.#spanCount = 0
    this.#chunkStarts = []
    return payload
  }

  recycle(body: Uint8Array): void {
    const { buffer } = body
    if (buffer.byteLength > MAX_KEPT || !(buffer instanceof ArrayBuffer)) return
    if (this.#spares.length < 2) this.#spares.push(Buffer.from(buffer))
  }

  /** Writes the chunk again, from `start`, with its long values cut. Returns false when it is still too large. */
  #addCut(start: number, spans: readonly SpanRecord[]): boolean {
    const out = this.#out
    out.at = start
    out.array32(spans.length)
    for (let index = 0; index < spans.length; index++) {
      this.#writer.writeFlat(spans[index], cutLong(flatten(spans[index], index === 0, this.#common)))
    }
    return out.at - start <= this.#maxChunkBytes
  }
}
