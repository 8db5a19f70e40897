/**
 * Reads functions, files and locations of a pprof. Fields (profile.proto): Profile location 4, function 5,
 * string_table 6; Location line 4; Line function_id 1, line 2, column 3; Function id 1, name 2, system_name 3,
 * filename 4, start_line 5.
 */

import { FieldReader } from '../encode/wire'
import type { Pausing } from '../slices'

/**
 * Field of locations in a profile; below, the fields of lines in a location, and of functions and strings in a
 * profile.
 */
export const LOCATION = 4
export const LINE = 4
export const FUNCTION = 5
export const STRING = 6
/** Fields between two pauses. */
export const STRIDE = 256

/** A function of a profile; name and file are indices of strings. */
export interface GeneratedFunction {
  name: number
  file: number
  /** 0 where the encoder does not write it. */
  startLine: number
}

/** The functions and files of a profile. */
export interface Code {
  functions: Map<number, GeneratedFunction>
  /** File names by the index of their string. */
  files: Map<number, string>
  stringCount: number
  text(index: number): string
}

/** A line of a location; line and column are 1-based, 0 = unknown. */
export interface Frame {
  functionId: number
  line: number
  column: number
}

/** Reads functions, files and strings of a pprof. */
export function* readCode(pprof: Uint8Array): Pausing<Code> {
  const bytes = Buffer.from(pprof.buffer, pprof.byteOffset, pprof.length)
  const strings: number[] = []
  const functions = new Map<number, GeneratedFunction>()
  const reader = new FieldReader(pprof)
  for (let count = 1; reader.next(); count++) {
    if (reader.field === STRING) strings.push(reader.at - reader.value, reader.at)
    else if (reader.field === FUNCTION) {
      const { 1: id, 2: name, 4: file, 5: startLine } = numbersOf(reader.inner(), 6)
      functions.set(id, { name, file, startLine })
    }
    if (count % STRIDE === 0) yield
  }
  const texts = new Map<number, string>()
  const text = (index: number): string => {
    let known = texts.get(index)
    if (known === undefined) {
      known = bytes.toString('utf8', strings[2 * index], strings[2 * index + 1])
      texts.set(index, known)
    }
    return known
  }
  const files = new Map<number, string>()
  for (const { file } of functions.values()) if (!files.has(file)) files.set(file, text(file))
  return { functions, files, stringCount: strings.length / 2, text }
}

/** Returns the frames of the location that `reader` has read. */
export function framesOf(reader: FieldReader): Frame[] {
  const frames: Frame[] = []
  const location = reader.inner()
  while (location.next()) {
    if (location.field !== LINE) continue
    const [, functionId, line, column] = numbersOf(location.inner(), 4)
    frames.push({ functionId, line, column })
  }
  return frames
}

/** Returns the id of the function that `reader` has read. */
export function idOf(reader: FieldReader): number {
  return numbersOf(reader.inner(), 2)[1]
}

/** Returns the numbers of a message, indexed by field. */
function numbersOf(message: FieldReader, count: number): number[] {
  const numbers = new Array<number>(count).fill(0)
  while (message.next()) if (!message.isBytes && message.field < count) numbers[message.field] = message.value
  return numbers
}
