/**
 * Puts the positions of the sources into a pprof. What has no map, and every sample, is copied as bytes. A location
 * keeps its id; functions of the sources, and their strings, follow those that are there. Fields as in `code.ts`, and
 * comment 13.
 */

import { FieldReader, FieldWriter } from '../encode/wire'
import type { Pausing } from '../slices'
import { Additions } from './additions'
import { type Code, type Frame, FUNCTION, framesOf, idOf, LINE, LOCATION, STRIDE } from './code'
import type { FunctionStarts } from './function-starts'
import type { Lookup } from './lookup'
import type { MapStore, OriginalPosition } from './store'

/**
 * Comment that tells viewers that lines hold a column in their upper 32 bits, for those that have the map themselves.
 */
const MISSING_COMMENT = 'dd:has-missing-map-files'
const UPPER_WORD = 2 ** 32
const COMMENT = 13

const positionLookup = ({ line, column }: Frame): Lookup => ({ name: '', line, column, found: undefined })

/** Returns the lookups that the frames of each file in `files` need; `starts` learns where functions begin. */
export function* lookups(
  pprof: Uint8Array,
  code: Code,
  files: ReadonlySet<number>,
  starts: FunctionStarts,
): Pausing<Map<number, Lookup[]>> {
  const all = new Map<number, Lookup[]>([...files].map(file => [file, []]))
  const reader = new FieldReader(pprof)
  for (let count = 1; reader.next(); count++) {
    if (count % STRIDE === 0) yield
    if (reader.field !== LOCATION) continue
    for (const frame of framesOf(reader)) {
      const list = all.get(code.functions.get(frame.functionId)?.file ?? -1)
      if (list === undefined || frame.line === 0) continue
      starts.see(frame)
      const start = starts.of(frame)
      // The lookup with a name comes first, since only the first of two for one position is made.
      if (start !== undefined) list.push(start)
      list.push(positionLookup(frame))
    }
  }
  return all
}

/** Files of a profile by the state of their map. */
export interface Files {
  /** Files whose map was found, by the index of their string. */
  mapped: Set<number>
  /** Files that declare a map which was not found. */
  missing: Set<number>
}

/**
 * Returns the profile with the frames of mapped files replaced. Frames whose map is missing get their column into the
 * line.
 */
export function* rewrite(
  pprof: Uint8Array,
  code: Code,
  { mapped, missing }: Files,
  starts: FunctionStarts,
  store: MapStore,
): Pausing<Uint8Array> {
  const out = new FieldWriter(pprof.length * 1.25)
  const additions = new Additions(code)
  /** Ids of functions that locations still refer to. */
  const used = new Set<number>()

  const moved = (frame: Frame): Frame => {
    const owner = code.functions.get(frame.functionId)
    const isWhere = owner !== undefined && frame.line > 0
    if (isWhere && mapped.has(owner.file)) {
      const path = code.files.get(owner.file) as string
      const place = store.position(path, positionLookup(frame))
      if (place !== null) return movedTo(place, code.text(owner.name), path, starts.of(frame))
    }
    used.add(frame.functionId)
    if (!isWhere || !missing.has(owner.file) || frame.line >= UPPER_WORD) return frame
    return { ...frame, line: frame.column * UPPER_WORD + frame.line }
  }

  const movedTo = (
    { file, line, column }: NonNullable<OriginalPosition>,
    generatedName: string,
    path: string,
    start: Lookup | undefined,
  ): Frame => {
    const begin = start === undefined ? null : store.position(path, start)
    const unnamed = start?.name === '' && begin !== null && `(anonymous:L#${begin.line}:C#${begin.column})`
    const name = unnamed || (begin?.name ?? generatedName)
    return { functionId: additions.functionOf(name, file, begin?.line ?? 0), line, column }
  }

  const reader = new FieldReader(pprof)
  for (let count = 1; reader.next(); count++) {
    if (count % STRIDE === 0) yield
    if (reader.field === LOCATION) writeLocation(out, reader, framesOf(reader).map(moved))
    else if (reader.field !== FUNCTION) out.raw(pprof, reader.start, reader.at)
  }
  yield* copyFunctions(pprof, used, out)
  if (missing.size > 0) out.number(COMMENT, additions.text(MISSING_COMMENT))
  yield* additions.write(out)
  return out.finish()
}

function writeLocation(out: FieldWriter, reader: FieldReader, frames: readonly Frame[]): void {
  const location = new FieldWriter(64)
  const fields = reader.inner()
  while (fields.next()) if (fields.field !== LINE) location.raw(fields.bytes, fields.start, fields.at)
  for (const { functionId, line, column } of frames) {
    const message = new FieldWriter(32)
    message.number(1, functionId)
    message.number(2, line)
    message.number(3, column)
    location.message(LINE, message)
  }
  out.message(LOCATION, location)
}

function* copyFunctions(pprof: Uint8Array, used: ReadonlySet<number>, out: FieldWriter): Pausing<void> {
  const reader = new FieldReader(pprof)
  for (let count = 1; reader.next(); count++) {
    if (count % STRIDE === 0) yield
    if (reader.field === FUNCTION && used.has(idOf(reader))) out.raw(pprof, reader.start, reader.at)
  }
}
