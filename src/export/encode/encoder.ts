/** The interface of an encoder of traces, and what it makes. */

import type { LocalTrace, SpanRecord } from '../../trace/local-trace'

/** A finished payload: its bytes do not change any more. */
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

/** Collects chunks of spans as bytes of one format. */
export interface Encoder {
  /** Bytes that a payload cut now would have; 0 when nothing has been added. */
  readonly byteLength: number
  readonly traceCount: number
  /**
   * Encodes a chunk of spans that share a trace. Returns false when the chunk alone would pass `maxChunkBytes`,
   * even with its large values cut: nothing has been added then, and the caller counts the chunk as lost.
   */
  add(trace: LocalTrace, spans: readonly SpanRecord[]): boolean
  /** Returns the payload so far and starts anew; undefined when nothing has been added. */
  take(): Payload | undefined
  /** Takes back the body of a payload that was sent, so that its memory can serve again. */
  recycle(body: Uint8Array): void
}
