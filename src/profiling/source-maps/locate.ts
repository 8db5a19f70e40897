/**
 * Finds the source map of a generated file: the one that its last line declares, else the file named like it +
 * `.map`.
 */

import { type FileHandle, open, readFile, stat } from 'node:fs/promises'
import { findSourceMap } from 'node:module'
import { dirname, isAbsolute, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** A source map that was found. */
export interface FoundMap {
  /** The map, as JSON. */
  json: Buffer
  /** Folder that the map's sources are relative to. */
  folder: string
}

/** The result of a search; `missing` = the file declares a map that does not exist or cannot be read. */
export type Located = FoundMap | 'none' | 'missing'

/** Larger maps count as missing. A map of this size belongs to a bundle of about 30 MB, with `sourcesContent`. */
export const MAX_MAP_BYTES = 64 * 1024 * 1024
/** How many of the last bytes are searched for a declaration that is no data: URL. */
const TAIL_BYTES = 4096
const COMMENT = '//# sourceMappingURL='
const DECLARATION = /^[ \t]*\/\/[#@] sourceMappingURL=([^\s'"]+)[ \t]*$/gm
const DATA_URL = /^data:application\/json[^,]*?(;base64)?,/
/** Matches the end of a file with a long inline map. */
const END_OF_INLINE = /^[A-Za-z0-9+/=%]+\s*$/
/** Bytes of base64 that are decoded at a time, a multiple of four: half a millisecond. */
const PIECE_BYTES = 1024 * 1024
const SCRIPT = /\.[cm]?js$/

/** Finds the map of a file, named as the engine does but without `file://`. Never rejects. */
export async function locateMap(file: string): Promise<Located> {
  for (const path of pathsOf(file)) {
    const declared = await declarationOf(path).catch(() => undefined)
    if (declared === undefined) continue
    if (declared !== '') return read(declared, path).catch(() => 'missing')
    return readMapFile(`${path}.map`).catch(() => fromNode(path))
  }
  return fromNode(file)
}

/**
 * Returns the paths that the name may mean: ES modules are named by URL (`/a%20b.mjs?fresh`), others by path
 * (`/a%20b.cjs`).
 */
function pathsOf(file: string): string[] {
  if (!isAbsolute(file)) return []
  try {
    const path = fileURLToPath(`file://${file}`)
    return path === file ? [file] : [file, path]
  } catch {
    return [file]
  }
}

/**
 * Resolves with the declared URL: empty if there is none, undefined if there is no such file, bytes for a long data:
 * URL.
 */
async function declarationOf(path: string): Promise<string | Buffer | undefined> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path)
    const { size } = await handle.stat()
    const tail = await readFrom(handle, Math.max(0, size - TAIL_BYTES), size)
    const text = tail.toString('latin1')
    const declared = [...text.matchAll(DECLARATION)].at(-1)?.[1]
    if (declared !== undefined || size <= TAIL_BYTES || !END_OF_INLINE.test(text)) return declared ?? ''
    if (size > MAX_MAP_BYTES) return ''
    const all = await readFrom(handle, 0, size)
    const from = all.lastIndexOf(`\n${COMMENT}data:`)
    return from < 0 ? '' : all.subarray(from + 1 + COMMENT.length)
  } finally {
    await handle?.close()
  }
}

async function readFrom(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(to - from)
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, from)
  return bytes.subarray(0, bytesRead)
}

async function read(declared: string | Buffer, path: string): Promise<FoundMap> {
  const url = typeof declared === 'string' ? Buffer.from(declared, 'latin1') : declared
  const [prefix, base64] = DATA_URL.exec(url.toString('latin1', 0, 200)) ?? []
  if (prefix === undefined) {
    const name = url.toString()
    return readMapFile(
      name.startsWith('file://') ? fileURLToPath(name) : resolve(dirname(path), decoded(name)),
    )
  }
  const data = url.subarray(prefix.length)
  const json =
    base64 === undefined ? Buffer.from(decodeURIComponent(data.toString())) : await fromBase64(data)
  return { json, folder: dirname(path) }
}

async function fromBase64(text: Buffer): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (let at = 0; at < text.length; at += PIECE_BYTES) {
    if (at > 0) await setImmediate()
    pieces.push(Buffer.from(text.toString('latin1', at, at + PIECE_BYTES), 'base64'))
  }
  return Buffer.concat(pieces)
}

async function readMapFile(path: string): Promise<FoundMap> {
  const { size } = await stat(path)
  if (size > MAX_MAP_BYTES) throw new Error('too large')
  return { json: await readFile(path), folder: dirname(path) }
}

/** Decodes a name in a declaration. It should be a URL, but many tools write a plain path. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/**
 * Returns the map that Node has of a file that a loader hook such as tsx compiled, which Node keeps only with source
 * maps enabled. Scripts that run as they lie on the disk were searched before and are left out.
 */
function fromNode(file: string): Located {
  if (SCRIPT.test(file)) return 'none'
  const payload = findSourceMap(file)?.payload
  if (payload === undefined) return 'none'
  return {
    json: Buffer.from(JSON.stringify({ ...payload, sourcesContent: undefined })),
    folder: dirname(file),
  }
}
