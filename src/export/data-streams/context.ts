/**
 * The message header with a pathway, `dd-pathway-ctx-base64`: base64 of at least 20 bytes.
 *
 * | bytes | |
 * |---|---|
 * | 8 | hash |
 * | varint, zig-zag | epoch ms of the first checkpoint |
 * | varint, zig-zag | epoch ms of the last checkpoint |
 * | up to 20 | zeros; from the year 2039 on the times take more, and there are none |
 */

import type { Pathway } from '../../trace/data-streams'

/** Name of the message header. */
export const PATHWAY_HEADER = 'dd-pathway-ctx-base64'
const HASH_BYTES = 8
const BYTES = 20
/** Length of 2^53 in groups of seven bits; numbers of ms are well below. */
const MAX_VARINT_BYTES = 8

/** Returns the header of a pathway. */
export function encodePathway({ hash, startMs, edgeStartMs }: Pathway): string {
  const out = Buffer.alloc(HASH_BYTES + 2 * MAX_VARINT_BYTES)
  out.set(hash)
  let at = writeVarint(out, HASH_BYTES, startMs * 2)
  at = writeVarint(out, at, edgeStartMs * 2)
  return out.toString('base64', 0, Math.max(at, BYTES))
}

/** Returns the pathway in a header; undefined when it cannot be read. */
export function decodePathway(text: string): Pathway | undefined {
  const bytes = Buffer.from(text, 'base64')
  const [start, at] = readVarint(bytes, HASH_BYTES)
  const [edgeStart, end] = readVarint(bytes, at)
  if (end > bytes.length) return undefined
  return { hash: bytes.subarray(0, HASH_BYTES), startMs: unzigzag(start), edgeStartMs: unzigzag(edgeStart) }
}

function writeVarint(out: Buffer, start: number, value: number): number {
  let at = start
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out[at++] = (rest % 0x80) | 0x80
  out[at++] = rest
  return at
}

/** Returns a value and the offset behind it; the offset is infinite when there is no value. */
function readVarint(bytes: Buffer, start: number): [value: number, end: number] {
  let value = 0
  for (let index = 0; index < MAX_VARINT_BYTES && start + index < bytes.length; index++) {
    const byte = bytes[start + index]
    value += (byte & 0x7f) * 128 ** index
    if (byte < 0x80) return [value, start + index + 1]
  }
  return [0, Number.POSITIVE_INFINITY]
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}
