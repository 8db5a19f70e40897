/** Unpacks an attachment: gzip or zstd, told by the first bytes; anything else stays as it is. */

import * as zlib from 'node:zlib'
import { HttpError } from '../http-error'
import { DecodeError } from '../intake/decode-error'

type Unpack = (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer

/** The decompressor of zstd, which Node.js has since 22.15. */
const { zstdDecompressSync } = zlib as unknown as { zstdDecompressSync?: Unpack }

const GZIP = Buffer.from('1f8b', 'hex')
const ZSTD = Buffer.from('28b52ffd', 'hex')

/** Returns why this Node.js cannot read the bytes; undefined when it can. */
export function unreadableReason(bytes: Buffer): string | undefined {
  return startsWith(bytes, ZSTD) && zstdDecompressSync === undefined
    ? `it is zstd, which Node.js ${process.version} cannot read`
    : undefined
}

/**
 * Returns the unpacked bytes. Throws a `DecodeError` if the data is broken, and an `HttpError` 413 beyond
 * `limitBytes`.
 */
export function inflate(bytes: Buffer, limitBytes: number): Buffer {
  const unpack = startsWith(bytes, GZIP)
    ? zlib.gunzipSync
    : startsWith(bytes, ZSTD)
      ? zstdDecompressSync
      : undefined
  if (unpack === undefined) return bytes
  try {
    return unpack(bytes, { maxOutputLength: limitBytes })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new HttpError(413, `unpacks to more than ${limitBytes} bytes`)
    throw new DecodeError(`cannot be unpacked: ${message}`)
  }
}

function startsWith(bytes: Buffer, magic: Buffer): boolean {
  return bytes.subarray(0, magic.length).equals(magic)
}
