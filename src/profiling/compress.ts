/** Compresses profiles on the thread pool. The intake tells gzip from zstd by the first bytes. */

import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { log } from '../core/log'

/** Compresses the bytes of a profile. */
export type Compress = (bytes: Uint8Array) => Promise<Uint8Array>

type Zstd = (
  bytes: Uint8Array,
  options: object,
  done: (error: Error | null, bytes: Uint8Array) => void,
) => void

/** Exists since Node.js 22.15. */
const zstdCompress = (zlib as unknown as { zstdCompress?: Zstd }).zstdCompress
/** First major version of Node.js where `on` means zstd. */
const ZSTD_SINCE = 24

/** Returns the method for `on`, `off`, `gzip[-1..9]` or `zstd[-1..22]`; anything else is logged and means `on`. */
export function compressor(setting: string): Compress {
  const [, method, digits] = /^(on|off|gzip|zstd)(?:-(\d+))?$/.exec(setting.trim().toLowerCase()) ?? []
  const level = digits === undefined ? undefined : Number(digits)
  const highest = method === 'gzip' ? 9 : method === 'zstd' ? 22 : 0
  if (method === undefined || (level !== undefined && (level < 1 || level > highest))) {
    log.warn(
      'profiling compression',
      `DD_PROFILING_DEBUG_UPLOAD_COMPRESSION=${setting} is not known; using on`,
    )
    return compressor('on')
  }
  if (method === 'off') return async bytes => bytes
  const isNew = Number.parseInt(process.versions.node, 10) >= ZSTD_SINCE
  if (zstdCompress !== undefined && (method === 'zstd' || (method === 'on' && isNew))) return zstd(level)
  if (method === 'zstd') log.info('profiling zstd', 'this Node.js has no zstd: profiles are gzipped')
  return gzip(method === 'gzip' ? level : undefined)
}

function gzip(level: number | undefined): Compress {
  const compress = promisify<Uint8Array, zlib.ZlibOptions, Uint8Array>(zlib.gzip)
  return bytes => compress(bytes, { level })
}

function zstd(level: number | undefined): Compress {
  const compress = promisify(zstdCompress as Zstd) as (
    bytes: Uint8Array,
    options: object,
  ) => Promise<Uint8Array>
  const key = (zlib.constants as unknown as Record<string, number>).ZSTD_c_compressionLevel
  return bytes => compress(bytes, level === undefined ? {} : { params: { [key]: level } })
}
