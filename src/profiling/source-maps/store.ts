/** The maps and answers of the files that profiles named, within bounds; that a file has no map is remembered too. */

import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inSlices, type Pausing } from '../slices'
import { locateMap } from './locate'
import { type Lookup, lookUp } from './lookup'
import { type MapParts, readParts } from './parts'

/** Where something is in the sources; null = the map does not say. */
export type OriginalPosition = { file: string; line: number; column: number; name: string | undefined } | null

export interface Bounds {
  files: number
  answers: number
  /** Of VLQ text, names and paths that are kept. */
  mapBytes: number
}

interface Entry {
  state: 'none' | 'missing' | 'mapped'
  /** Gone when there were too many bytes of them: the map is read again for new lookups. */
  parts: readonly MapParts[] | undefined
  folder: string
  positions: Map<number, OriginalPosition>
}

const BOUNDS: Bounds = { files: 10_000, answers: 100_000, mapBytes: 32 * 1024 * 1024 }
/** Questions between two pauses. */
const STRIDE = 256
const EMPTY: ReadonlyMap<number, OriginalPosition> = new Map()

/** One function begins at a position. Lines below 2^29 and columns below 2^24 do not collide. */
const keyOf = ({ line, column }: Lookup): number => line * 2 ** 24 + column

export class MapStore {
  readonly #bounds: Bounds
  /** Oldest use first. */
  readonly #files = new Map<string, Entry>()
  #answers = 0

  constructor(bounds = BOUNDS) {
    this.#bounds = bounds
  }

  /** What became of the file's map; reads it at the first call. */
  async state(file: string): Promise<Entry['state']> {
    return (await this.#entry(file)).state
  }

  /** The same where it is known already. */
  known(file: string): Entry['state'] | undefined {
    return this.#files.get(file)?.state
  }

  /** Makes sure that `place` knows the answers. A map that turns out to be broken counts as missing. */
  async lookUp(file: string, lookups: readonly Lookup[]): Promise<void> {
    const entry = await this.#entry(file)
    if (entry.state !== 'mapped') return
    const fresh = await inSlices(unknown(entry.positions, lookups))
    if (fresh.length === 0) return
    const parts = entry.parts ?? (await this.#read(file, entry))
    if (parts === undefined) return
    if (this.#answers + fresh.length > this.#bounds.answers) this.#forgetAnswers()
    this.#answers += fresh.length
    for (const map of parts) await inSlices(learn(entry, map, fresh))
  }

  /** Null also where nobody asked. */
  position(file: string, lookup: Lookup): OriginalPosition {
    return (this.#files.get(file)?.positions ?? EMPTY).get(keyOf(lookup)) ?? null
  }

  async #entry(file: string): Promise<Entry> {
    let entry = this.#files.get(file)
    if (entry === undefined) {
      entry = { state: 'none', parts: undefined, folder: '', positions: new Map() }
      await this.#read(file, entry)
    }
    this.#files.delete(file)
    this.#files.set(file, entry)
    if (this.#files.size > this.#bounds.files) {
      const [oldest, { positions }] = this.#files.entries().next().value as [string, Entry]
      this.#answers -= positions.size
      this.#files.delete(oldest)
    }
    return entry
  }

  async #read(file: string, entry: Entry): Promise<readonly MapParts[] | undefined> {
    const found = await locateMap(file)
    if (typeof found === 'string') {
      entry.state = found
      return undefined
    }
    try {
      const parts = await inSlices(readParts(found.json))
      // Copies: what lies beside them in the same bytes is of no use.
      for (const part of parts) part.mappings = Uint8Array.from(part.mappings)
      entry.state = 'mapped'
      entry.folder = found.folder
      entry.parts = parts
      this.#forgetMaps(entry)
      return parts
    } catch {
      entry.state = 'missing'
      return undefined
    }
  }

  #forgetMaps(newest: Entry): void {
    let bytes = bytesOf(newest)
    for (const entry of [...this.#files.values()].reverse()) {
      if (entry === newest) continue
      bytes += bytesOf(entry)
      if (bytes > this.#bounds.mapBytes) entry.parts = undefined
    }
    if (bytesOf(newest) > this.#bounds.mapBytes) newest.parts = undefined
  }

  #forgetAnswers(): void {
    for (const { positions } of this.#files.values()) positions.clear()
    this.#answers = 0
  }
}

/** Each lookup that has no answer yet once, in the order of the file. */
function* unknown(
  positions: ReadonlyMap<number, OriginalPosition>,
  lookups: readonly Lookup[],
): Pausing<Lookup[]> {
  const fresh = new Map<number, Lookup>()
  for (const [index, lookup] of lookups.entries()) {
    const key = keyOf(lookup)
    if (!positions.has(key) && !fresh.has(key)) fresh.set(key, lookup)
    if (index % STRIDE === 0) yield
  }
  return [...fresh.values()].sort((a, b) => a.line - b.line || a.column - b.column)
}

function* learn({ positions, folder }: Entry, map: MapParts, lookups: readonly Lookup[]): Pausing<void> {
  yield* lookUp(map, lookups)
  const paths = new Map<number, string>()
  for (const [index, lookup] of lookups.entries()) {
    const key = keyOf(lookup)
    const found = lookup.found
    const source = found && map.sources[found.source]
    lookup.found = undefined
    if (found !== undefined && typeof source === 'string') {
      const file = paths.get(found.source) ?? pathOf(source, map.sourceRoot, folder)
      paths.set(found.source, file)
      positions.set(key, { ...found, file })
    } else if (!positions.has(key)) positions.set(key, null)
    if (index % STRIDE === 0) yield
  }
}

function bytesOf({ parts }: Entry): number {
  let bytes = 0
  // A name is a string of a few bytes with a header of twelve and a pointer.
  for (const part of parts ?? [])
    bytes += part.mappings.length + 32 * (part.names.length + part.sources.length)
  return bytes
}

/** The path of a source on this machine; a URL of another kind (`webpack://…`) as it is. */
function pathOf(source: string, root: string, folder: string): string {
  const url = root === '' ? source : `${root.replace(/\/$/, '')}/${source}`
  try {
    if (url.startsWith('file://')) return fileURLToPath(url)
  } catch {
    return url
  }
  return /^[a-z][a-z\d+.-]+:/i.test(url) ? url : resolve(folder, url)
}
