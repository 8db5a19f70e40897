/** Reads uploads of profiles with a foreign parser of forms. */

import * as zlib from 'node:zlib'
import { gunzipSync } from 'node:zlib'
import type { Received } from './fake-agent'
import { type ProfileSample, readProfile } from './profiles'

export function formOf({ headers, body }: Received): Promise<FormData> {
  return new Response(body, { headers: { 'content-type': headers['content-type'] ?? '' } }).formData()
}

export interface ReadUpload {
  // biome-ignore lint/suspicious/noExplicitAny: a document of many shapes, which tests look into
  event: any
  /** Attached files by name. */
  files: Map<string, Uint8Array>
  samples(name: string): ProfileSample[]
}

/** The document and the files, which are unpacked. */
export async function readUpload(request: Received): Promise<ReadUpload> {
  const form = await formOf(request)
  const files = new Map<string, Uint8Array>()
  for (const [name, part] of form) {
    if (name === 'event' || typeof part === 'string') continue
    files.set(part.name, unpack(Buffer.from(await part.arrayBuffer())))
  }
  const event = JSON.parse(await (form.get('event') as File).text())
  return { event, files, samples: name => readProfile(files.get(name) as Uint8Array) }
}

/** gzip or zstd by their first bytes; anything else as it is. */
export function unpack(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes)
  if (bytes[0] === 0x28 && bytes[1] === 0xb5) {
    const { zstdDecompressSync } = zlib as unknown as { zstdDecompressSync(bytes: Uint8Array): Uint8Array }
    return zstdDecompressSync(bytes)
  }
  return bytes
}
