/** The trace format v0.4: msgpack, an array of chunks, a chunk an array of spans (span.ts). */

import { MsgpackBuffer } from '../../../std/msgpack'
import type { LocalTrace, SpanRecord } from '../../../trace/local-trace'
import type { CommonTags } from '../common-tags'
import type { ChunkedPayload, Encoder, Payload } from '../encoder'
import { flatten } from '../flatten'
import { cutLong } from '../shrink'
import { SpanWriter } from './span'

const FIRST_CAPACITY = 64 * 1024
/** Larger buffers are not kept for the next payload. */
const MAX_KEPT = 2 * 1024 * 1024

export class V04Encoder implements Encoder {
  readonly path = '/v0.4/traces'
  traceCount = 0
  #spanCount = 0
  #chunkStarts: number[] = []
  readonly #common: CommonTags
  readonly #maxChunkBytes: number
  readonly #out = new MsgpackBuffer(FIRST_CAPACITY)
  readonly #writer: SpanWriter
  /** Buffers of payloads that have left; two, since one is filled while the other is under way. */
  readonly #spares: Buffer[] = []

  constructor(common: CommonTags, maxChunkBytes: number) {
    this.#common = common
    this.#maxChunkBytes = maxChunkBytes
    this.#writer = new SpanWriter(this.#out, common)
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
      // Half a chunk would make the agent refuse all the others.
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

  split(payload: Payload): [Payload, Payload] | undefined {
    const { chunkStarts, body, traceCount } = payload as ChunkedPayload
    if (traceCount < 2) return undefined
    const middle = traceCount >> 1
    const cut = chunkStarts[middle]
    return [
      part(body.subarray(chunkStarts[0], cut), chunkStarts.slice(0, middle)),
      part(body.subarray(cut), chunkStarts.slice(middle)),
    ]
  }

  /** The chunk once more, from `start`, with its long values cut; false when it is still too large. */
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

/** A payload of its own from chunks that lie in a row in a larger one. */
function part(chunks: Uint8Array, starts: readonly number[]): ChunkedPayload {
  const out = new MsgpackBuffer(chunks.length + 5)
  out.array32(starts.length)
  out.copy(chunks)
  const shift = starts[0] - 5
  const chunkStarts = starts.map(start => start - shift)
  let spanCount = 0
  for (const start of chunkStarts) spanCount += out.bytes.readUInt32BE(start + 1)
  return { body: out.bytes.subarray(0, out.at), traceCount: starts.length, spanCount, chunkStarts }
}
