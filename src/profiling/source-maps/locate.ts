/** Finds the source map of a generated file: what the file's last line declares, else the file of its name + `.map`. */

import { type FileHandle, open, readFile, stat } from 'node:fs/promises'
import { findSourceMap } from 'node:module'
import { dirname, isAbsolute, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface FoundMap {
  /** JSON. */
  json: Buffer
  /** Folder that its sources are relative to. */
  folder: string
}

/** `missing` = the file declares a map that is not there or can't be read. */
export type Located = FoundMap | 'none' | 'missing'

/** Maps beyond this many bytes are as good as missing: `sourcesContent` of a bundle of 30 MB, about. */
export const MAX_MAP_BYTES = 64 * 1024 * 1024
/** A declaration that is no data: URL lies in so many last bytes. */
const TAIL_BYTES = 4096
const COMMENT = '//# sourceMappingURL='
const DECLARATION = /^[ \t]*\/\/[#@] sourceMappingURL=([^\s'"]+)[ \t]*$/gm
const DATA_URL = /^data:application\/json[^,]*?(;base64)?,/
/** What a long inline map ends with. */
const END_OF_INLINE = /^[A-Za-z0-9+/=%]+\s*$/
/** Of base64, a multiple of four: half a millisecond. */
const PIECE_BYTES = 1024 * 1024
const SCRIPT = /\.[cm]?js$/

/** Never rejects. `file` as the engine names it, `file://` taken off. */
export async function locateMap(file: string): Promise<Located> {
  for (const path of pathsOf(file)) {
    const declared = await declarationOf(path).catch(() => undefined)
    if (declared === undefined) continue
    if (declared !== '') return read(declared, path).catch(() => 'missing')
    return readMapFile(`${path}.map`).catch(() => fromNode(path))
  }
  return fromNode(file)
}

/** Of an ES module the engine knows the URL: `/a%20b.mjs?fresh` is a file, and `/a%20b.cjs` another. */
function pathsOf(file: string): string[] {
  if (!isAbsolute(file)) return []
  try {
    const path = fileURLToPath(`file://${file}`)
    return path === file ? [file] : [file, path]
  } catch {
    return [file]
  }
}

/** Empty when there is none; undefined when there is no such file; bytes for a long data: URL. */
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

/** Names in declarations are URLs, though few who write them know. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/**
 * Compiled as it was loaded, by a loader hook such as tsx: only Node knows the map, and only where source maps are
 * switched on. A script that lies on the disk as it runs has been looked at already.
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
