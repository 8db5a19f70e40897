/**
 * Checks a pprof before it is decoded: well formed, and not too large. The decoder itself silently cuts fields that are
 * too long, and takes numbers of any length.
 */

import { DecodeError } from '../intake/decode-error'

/**
 * Nested messages of a Profile (profile.proto) by field, and their own nested messages: Sample.label, Location.line.
 */
const MESSAGES: Messages = { 1: {}, 2: { 3: {} }, 3: {}, 4: { 4: {} }, 5: {}, 11: {} }
/** Field number of `string_table`, which holds all texts. */
const STRING_TAG = 0x32

interface Messages {
  [field: number]: Messages
}

/** Largest number of messages: each becomes an object, even if empty. */
const MAX_MESSAGES = 2_000_000
/** Largest field number: tags are one byte, and profile.proto goes to 15. */
const MAX_TAG = 127
/** Longest number in bytes: 64 bits, seven in each byte. */
const MAX_NUMBER_BYTES = 10

/** Throws a `DecodeError` with the reason unless `bytes` are a well-formed pprof. */
export function scanPprof(bytes: Buffer): void {
  let messages = 0

  const number = (from: number, end: number): number => {
    for (let at = from; at < end && at < from + MAX_NUMBER_BYTES; at++) if (bytes[at] < 128) return at + 1
    throw new DecodeError(`no pprof: no number at byte ${from}`)
  }

  const scan = (from: number, end: number, inner: Messages): void => {
    for (let at = from; at < end; ) {
      const start = at
      const tag = bytes[at++]
      const kind = tag & 7
      if (tag > MAX_TAG || tag < 8 || (kind !== 0 && kind !== 2))
        throw new DecodeError(`no pprof: unexpected tag 0x${tag.toString(16)} at byte ${start}`)
      const after = number(at, end)
      if (kind === 2) {
        const length = lengthAt(bytes, at, after)
        if (length > end - after) throw new DecodeError(`no pprof: what begins at byte ${start} is cut off`)
        at = after + length
        const messagesInside = inner[tag >> 3]
        if (messagesInside !== undefined) {
          if (++messages > MAX_MESSAGES) throw new DecodeError(`pprof: more than ${MAX_MESSAGES} messages`)
          scan(after, at, messagesInside)
        } else if (tag !== STRING_TAG || inner !== MESSAGES) {
          for (let packed = after; packed < at; ) packed = number(packed, at)
        }
      } else at = after
    }
  }

  if (bytes.length === 0) throw new DecodeError('no pprof: it is empty')
  scan(0, bytes.length, MESSAGES)
}

function lengthAt(bytes: Buffer, from: number, end: number): number {
  let length = 0
  for (let at = end - 1; at >= from; at--) length = length * 128 + (bytes[at] & 127)
  return length
}
