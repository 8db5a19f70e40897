/**
 * Reads the parts of a source map that profiles need, without parsing the rest: `sourcesContent` is most of the
 * bytes, and `JSON.parse` of 5 MB stops the application for 10 ms.
 *
 * Format: ECMA-426, `{"version":3,"sourceRoot"?,"sources":[…],"names":[…],"mappings":"…"}`, or
 * `{"version":3,"sections":[{"offset":{"line","column"},"map":{…}},…]}`.
 */

import type { Pausing } from '../slices'

/** The parts of a map, or of one section of it. */
export interface MapParts {
  /** VLQ text. */
  mappings: Uint8Array
  sources: readonly (string | null)[]
  names: readonly string[]
  sourceRoot: string
  /** Position in the generated file where the map begins, 0-based. It is not 0 only in sections. */
  line: number
  column: number
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = new Set([0x5b, 0x7b])
const CLOSE = new Set([0x5d, 0x7d])
const COMMA = 0x2c
/** Strings between two pauses. */
const STRIDE = 64

/** Returns the map's parts, more than one only if it has sections. Throws if it is not a source map. */
export function* readParts(json: Buffer, line = 0, column = 0): Pausing<MapParts[]> {
  const members = yield* topLevel(json)
  const sections = members.get('sections')
  if (sections !== undefined) return yield* readSections(sections)
  const mappings = members.get('mappings')
  if (mappings?.at(0) !== QUOTE) throw new Error('not a source map: it has no mappings')
  return [
    {
      // Base64 digits, commas and semicolons need no escapes.
      mappings: mappings.subarray(1, -1),
      sources: list(members.get('sources')) as (string | null)[],
      names: list(members.get('names')) as string[],
      sourceRoot: String(parse(members.get('sourceRoot')) ?? ''),
      line,
      column,
    },
  ]
}

function* readSections(json: Buffer): Pausing<MapParts[]> {
  const all: MapParts[] = []
  for (const element of (yield* split(json)).map(([from, to]) => json.subarray(from, to))) {
    const members = yield* topLevel(element)
    const offset = parse(members.get('offset')) as { line: number; column: number }
    const map = members.get('map')
    if (map !== undefined) all.push(...(yield* readParts(map, offset.line, offset.column)))
    yield
  }
  return all
}

/** Returns the members of an object with their JSON, without the space around it. */
function* topLevel(json: Buffer): Pausing<Map<string, Buffer>> {
  const members = new Map<string, Buffer>()
  for (const [from, to] of yield* split(json)) {
    const key = json.indexOf(QUOTE, from)
    const keyEnd = json.indexOf(QUOTE, key + 1)
    const colon = json.indexOf(':', keyEnd)
    if (key < 0 || key >= to || colon < 0 || colon >= to) continue
    members.set(json.toString('utf8', key + 1, keyEnd), trimmed(json.subarray(colon + 1, to)))
  }
  return members
}

/** Returns the range of each element of the outermost array or object. */
function* split(json: Buffer): Pausing<[number, number][]> {
  const elements: [number, number][] = []
  let depth = 0
  let from = 0
  let strings = 0
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]
    if (byte === QUOTE) {
      at = stringEnd(json, at)
      if (++strings % STRIDE === 0) yield
    } else if (OPEN.has(byte)) {
      if (++depth === 1) from = at + 1
    } else if (depth === 1 && (byte === COMMA || CLOSE.has(byte))) {
      elements.push([from, at])
      from = at + 1
      if (byte !== COMMA) return elements
    } else if (CLOSE.has(byte)) depth--
    // Arrays of numbers, such as `ignoreList`, have no strings.
    if (at % 4096 === 0) yield
  }
  throw new Error('not a source map: cut off')
}

/** Returns the index of the quote that ends the string: one after an even number of backslashes. */
function stringEnd(json: Buffer, from: number): number {
  for (let at = json.indexOf(QUOTE, from + 1); at >= 0; at = json.indexOf(QUOTE, at + 1)) {
    let slashes = 0
    while (json[at - 1 - slashes] === BACKSLASH) slashes++
    if (slashes % 2 === 0) return at
  }
  throw new Error('not a source map: cut off')
}

function trimmed(json: Buffer): Buffer {
  let to = json.length
  while (to > 0 && json[to - 1] <= 0x20) to--
  let from = 0
  while (from < to && json[from] <= 0x20) from++
  return json.subarray(from, to)
}

function parse(json: Buffer | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json.toString())
}

function list(json: Buffer | undefined): unknown[] {
  const value = parse(json)
  return Array.isArray(value) ? value : []
}
