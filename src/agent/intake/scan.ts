/** Checks a msgpack body before it is decoded: well formed, not too deep, nothing but the plain types. */

import { DecodeError } from './decode-error'

/** Deepest level. A span event's array attribute, the deepest legal place, is ten levels down. */
const MAX_DEPTH = 32

/**
 * Largest number of arrays and maps. A decoded map takes about 100 bytes even if empty: this bounds a body of empty
 * maps.
 */
const MAX_CONTAINERS = 1_000_000

/**
 * Throws a `DecodeError` unless `body` holds exactly one well-formed msgpack value of plain types. Extensions are
 * refused: the trace formats have none, and a general decoder gives them meanings (records, references, dates)
 * that an attacker could use.
 */
export function scan(body: Buffer): void {
  const size = body.length
  /** How many values each open container still waits for. */
  const waiting = new Float64Array(MAX_DEPTH + 1)
  let depth = 0
  let containers = 0
  let at = 0
  waiting[0] = 1
  while (depth > 0 || waiting[0] > 0) {
    if (waiting[depth] === 0) {
      depth--
      continue
    }
    if (at >= size) throw new DecodeError(`body ends at byte ${size} in the middle of a value`)
    waiting[depth]--
    const start = at
    const token = body[at++]
    let children = -1
    if (token < 0x80 || token >= 0xe0) continue
    if (token < 0x90) children = (token & 15) * 2
    else if (token < 0xa0) children = token & 15
    else if (token < 0xc0) at += token & 31
    else {
      const header = HEADER_BYTES[token - 0xc0]
      if (header < 0)
        throw new DecodeError(`unexpected msgpack type 0x${token.toString(16)} at byte ${start}`)
      if (at + header > size) throw new DecodeError(`body ends at byte ${size} in the middle of a value`)
      if (token === 0xdc || token === 0xdd) children = body.readUIntBE(at, header)
      else if (token === 0xde || token === 0xdf) children = body.readUIntBE(at, header) * 2
      else if ((token >= 0xc4 && token <= 0xc6) || (token >= 0xd9 && token <= 0xdb)) {
        at += body.readUIntBE(at, header)
      }
      at += header
    }
    if (at > size) throw new DecodeError(`a string or binary at byte ${start} is longer than the body`)
    if (children < 0) continue
    // Each value takes a byte at least, so a count beyond the rest of the body is a lie: say so before looping.
    if (children > size - at)
      throw new DecodeError(`an array or map at byte ${start} is longer than the body`)
    if (++containers > MAX_CONTAINERS) throw new DecodeError(`more than ${MAX_CONTAINERS} arrays and maps`)
    if (depth === MAX_DEPTH) throw new DecodeError(`nested deeper than ${MAX_DEPTH} levels at byte ${start}`)
    waiting[++depth] = children
  }
  if (at !== size) throw new DecodeError(`${size - at} bytes after the end of the payload`)
}

/** Bytes after the token that give a length, or the whole fixed-size value; -1 for types that are refused. */
const HEADER_BYTES = [
  0, -1, 0, 0, 1, 2, 4, -1, -1, -1, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, -1, -1, -1, -1, -1, 1, 2, 4, 2, 4, 2, 4,
]
