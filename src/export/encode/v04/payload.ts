/** Finished payloads of v0.4, cut in two. */

import { MsgpackBuffer } from '../../../std/msgpack'
import type { ChunkedPayload, Payload } from '../encoder'

/** Returns two payloads with half of the chunks each; undefined when there is one chunk only. */
export function splitV04(payload: Payload): [Payload, Payload] | undefined {
  const { chunkStarts, body, traceCount } = payload as ChunkedPayload
  if (traceCount < 2) return undefined
  const middle = traceCount >> 1
  const cut = chunkStarts[middle]
  return [
    payloadOf(body.subarray(chunkStarts[0], cut), chunkStarts.slice(0, middle)),
    payloadOf(body.subarray(cut), chunkStarts.slice(middle)),
  ]
}

/** Returns a payload of the chunks that begin at `starts` in a larger payload, given their bytes. */
function payloadOf(chunks: Uint8Array, starts: readonly number[]): ChunkedPayload {
  const out = new MsgpackBuffer(chunks.length + 5)
  out.array32(starts.length)
  out.copy(chunks)
  const shift = starts[0] - 5
  const chunkStarts = starts.map(start => start - shift)
  let spanCount = 0
  for (const start of chunkStarts) spanCount += out.bytes.readUInt32BE(start + 1)
  return { body: out.bytes.subarray(0, out.at), traceCount: starts.length, spanCount, chunkStarts }
}
