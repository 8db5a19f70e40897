/**
 * Remembers the source maps of files, the positions that were looked up, and which files have no map; within bounds.
 */

import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inSlices, type Pausing } from '../slices'
import { locateMap } from './locate'
import { type Lookup, lookUp } from './lookup'
import { type MapParts, readParts } from './parts'

/** A position in the sources; null if the map does not have it. */
export type OriginalPosition = { file: string; line: number; column: number; name: string | undefined } | null

/** Most files, positions and bytes that are remembered. */
export interface Bounds {
  files: number
  positions: number
  /** Bytes of VLQ text, names and paths. */
  mapBytes: number
}

interface Entry {
  state: 'none' | 'missing' | 'mapped'
  /** Parts of the map; undefined once they were dropped for their size. The map is read again for new lookups. */
  parts: readonly MapParts[] | undefined
  folder: string
  positions: Map<number, OriginalPosition>
}

const BOUNDS: Bounds = { files: 10_000, positions: 100_000, mapBytes: 32 * 1024 * 1024 }
/** Lookups between two pauses. */
const STRIDE = 256
const EMPTY: ReadonlyMap<number, OriginalPosition> = new Map()

/** Returns the key of a position. Lines below 2^29 and columns below 2^24 do not collide. */
const keyOf = ({ line, column }: Lookup): number => line * 2 ** 24 + column

/** The store of source maps of one thread. */
export class MapStore {
  readonly #bounds: Bounds
  /** Entries by file, the least recently used first. */
  readonly #files = new Map<string, Entry>()
  #positionCount = 0

  constructor(bounds = BOUNDS) {
    this.#bounds = bounds
  }

  /** Resolves with the state of the file's map, which is read at the first call. */
  async state(file: string): Promise<Entry['state']> {
    return (await this.#entry(file)).state
  }

  /** Returns the state of the file's map if it is known already. */
  known(file: string): Entry['state'] | undefined {
    return this.#files.get(file)?.state
  }

  /** Looks positions up, for `position` to return. A map that turns out to be broken counts as missing. */
  async lookUp(file: string, lookups: readonly Lookup[]): Promise<void> {
    const entry = await this.#entry(file)
    if (entry.state !== 'mapped') return
    const fresh = await inSlices(unknown(entry.positions, lookups))
    if (fresh.length === 0) return
    const parts = entry.parts ?? (await this.#read(file, entry))
    if (parts === undefined) return
    if (this.#positionCount + fresh.length > this.#bounds.positions) this.#forgetPositions()
    this.#positionCount += fresh.length
    for (const map of parts) await inSlices(learn(entry, map, fresh))
  }

  /** Returns a position that was looked up; null if it was not, or if the map does not have it. */
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
      this.#positionCount -= positions.size
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
      // Copied, so that the rest of the map's bytes can be freed.
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

  #forgetPositions(): void {
    for (const { positions } of this.#files.values()) positions.clear()
    this.#positionCount = 0
  }
}

/** Returns each lookup whose position is not known yet, once, in the order of the file. */
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

/** Returns the path of a source on this machine; a URL of another kind (`webpack://…`) stays as it is. */
function pathOf(source: string, root: string, folder: string): string {
  const url = root === '' ? source : `${root.replace(/\/$/, '')}/${source}`
  try {
    if (url.startsWith('file://')) return fileURLToPath(url)
  } catch {
    return url
  }
  return /^[a-z][a-z\d+.-]+:/i.test(url) ? url : resolve(folder, url)
}
