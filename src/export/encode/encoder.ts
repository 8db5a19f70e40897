/** What the writer needs from a trace format. */

import type { LocalTrace, SpanRecord } from '../../trace/local-trace'

/** A finished payload: bytes that no one will write to again. */
export interface Payload {
  body: Uint8Array
  /** Number of chunks in it: `X-Datadog-Trace-Count`. */
  traceCount: number
  spanCount: number
}

/** A payload that remembers where its chunks begin, so that it can be split. */
export interface ChunkedPayload extends Payload {
  chunkStarts: readonly number[]
}

export interface Encoder {
  /** Bytes that a payload cut now would have; 0 when nothing has been added. */
  readonly byteLength: number
  readonly traceCount: number
  /**
   * Encodes a chunk of spans that share a trace. False when the chunk alone would pass `maxChunkBytes`, even with its
   * large values cut: then nothing has been added, and the caller counts it as lost.
   */
  add(trace: LocalTrace, spans: readonly SpanRecord[]): boolean
  /** The payload so far, and a fresh start. Undefined when nothing has been added. */
  take(): Payload | undefined
  /** Gives a body back that was sent, so that its memory can serve again. */
  recycle(body: Uint8Array): void
}
