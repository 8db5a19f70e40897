/**
 * Looks up where positions of a generated file come from, in one walk over the map's VLQ text. Nothing of the map is
 * kept decoded: Node's own `SourceMap` of a bundle of 2.6 MB takes 125 ms without a pause, and 60 MB.
 */

import type { Pausing } from '../slices'
import type { MapParts } from './parts'

/** A position to look up, 1-based; `lookUp` sets `found`. */
export interface Lookup {
  /** The function's name in the engine; empty for an anonymous function. */
  readonly name: string
  readonly line: number
  /** 0 = not known. */
  readonly column: number
  found: SourcePosition | undefined
}

/** A position in a source, 1-based. */
export interface SourcePosition {
  /** Index into the map's sources. */
  source: number
  line: number
  column: number
  /** The function's name in the source; undefined if the map has no other name than the engine. */
  name: string | undefined
}

/** Value of a base64 digit by its code; other characters count as zero. */
const DIGITS = new Uint8Array(256)
for (const [value, digit] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
].entries())
  DIGITS[digit.charCodeAt(0)] = value

const COMMA = 0x2c
const SEMICOLON = 0x3b
/** Segments between two pauses: about 50 µs. */
const STRIDE = 2048
/** How many segments before a function's beginning its name is searched: `const name = async function`. */
const SEGMENTS_BACK = 4
/** Most characters between the name and the parameters or the function: `name(`, `name=`, `name = `. */
const MOST_BETWEEN = 3

/** The last segments of a line, in a ring. */
interface Tail {
  readonly columns: Int32Array
  /** Indices into the map's names; -1 = none. */
  readonly names: Int32Array
  /** Number of all segments that were written. */
  count: number
}

const RING = 8

/** Sets `found` of the lookups, which must be in order of line and column; it stays undefined outside of the map. */
export function* lookUp(map: MapParts, lookups: readonly Lookup[]): Pausing<void> {
  const { mappings, names } = map
  const fields = [0, 0, 0, 0, 0]
  const tail: Tail = { columns: new Int32Array(RING), names: new Int32Array(RING), count: 0 }
  let line = map.line + 1
  let column = map.column
  let segment: Omit<SourcePosition, 'name'> | undefined
  let next = 0
  let segments = 0
  let [source, sourceLine, sourceColumn, name] = [0, 0, 0, 0]

  while (next < lookups.length && lookups[next].line < line) next++
  for (let at = 0; at <= mappings.length && next < lookups.length; ) {
    const byte = at < mappings.length ? mappings[at] : SEMICOLON
    if (byte === COMMA) {
      at++
      continue
    }
    if (byte === SEMICOLON) {
      for (; next < lookups.length && lookups[next].line === line; next++)
        settle(lookups[next], segment, tail, names)
      at++
      line++
      column = 0
      segment = undefined
      tail.count = 0
      continue
    }
    let count = 0
    for (; at < mappings.length && mappings[at] !== COMMA && mappings[at] !== SEMICOLON; count++) {
      let value = 0
      let shift = 0
      for (;;) {
        const digit = at < mappings.length ? DIGITS[mappings[at]] : 0
        at++
        value += (digit & 31) << shift
        if (digit < 32) break
        shift += 5
      }
      if (count < 5) fields[count] = value & 1 ? -(value >>> 1) : value >>> 1
    }
    column += fields[0]
    if (lookups[next].line === line) {
      // Without a column, the line's first segment is taken.
      for (; next < lookups.length && lookups[next].line === line; next++) {
        const wanted =
          lookups[next].column === 0 ? (segment === undefined ? column : -1) : lookups[next].column - 1
        if (wanted >= column) break
        settle(lookups[next], segment, tail, names)
      }
      if (next === lookups.length) return
    }
    if (count >= 4) {
      source += fields[1]
      sourceLine += fields[2]
      sourceColumn += fields[3]
      if (count >= 5) name += fields[4]
    }
    if (lookups[next].line === line) {
      segment = count >= 4 ? { source, line: sourceLine + 1, column: sourceColumn + 1 } : undefined
      tail.columns[tail.count % RING] = column
      tail.names[tail.count++ % RING] = count >= 5 ? name : -1
    }
    if (++segments % STRIDE === 0) yield
  }
}

function settle(
  lookup: Lookup,
  segment: Omit<SourcePosition, 'name'> | undefined,
  tail: Tail,
  names: readonly string[],
): void {
  if (segment === undefined) return
  lookup.found = { ...segment, name: nameOf(lookup, tail, names) }
}

/**
 * Returns the function's name in the source. The engine's position is where the parameters begin, and the map's name
 * there is the first parameter's. The function's own name is that of an earlier segment, one as long as its generated
 * name.
 */
function nameOf({ name, column }: Lookup, tail: Tail, names: readonly string[]): string | undefined {
  if (name === '' || column === 0) return undefined
  let end = column - 1
  for (let back = 1; back <= Math.min(tail.count, SEGMENTS_BACK + 1); back++) {
    const at = (tail.count - back) % RING
    const from = tail.columns[at]
    if (from >= end) continue
    const between = end - from - name.length
    if (between >= 0 && between <= MOST_BETWEEN) return names[tail.names[at]]
    end = from
  }
  return undefined
}
