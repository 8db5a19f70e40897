/** Reads a request's body whole, refusing what is too large before memory is taken for it. */

import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { HttpError } from '../http-error'

/** Largest ratio of inflated to compressed size. gzip can reach 1000; trace payloads reach 10 to 20. */
const MAX_INFLATE_RATIO = 100
/** Inflated size below which the ratio is not checked: a short repetitive body is harmless. */
const RATIO_FROM_BYTES = 1024 * 1024

/** Counts the bytes of all bodies that are being read. */
export interface BodyBudget {
  usedBytes: number
  limitBytes: number
}

/** A body in memory. */
export interface Body {
  data: Buffer
  /** Bytes on the wire, before inflation. */
  wireBytes: number
  /** Gives the bytes back to the budget; to be called once the body is no longer held. */
  release(): void
}

/**
 * Returns the body after inflation. Throws an `HttpError`: 413 too large, 415 unknown encoding, 429 too many at once,
 * 400 broken.
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  budget: BodyBudget,
): Promise<Body> {
  const tooLarge = () => new HttpError(413, `body larger than max_request_bytes (${maxBytes} bytes)`)
  if (Number(request.headers['content-length']) > maxBytes) throw tooLarge()
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw new HttpError(415, `content-encoding ${encoding} is unknown`)

  let wireBytes = 0
  let heldBytes = 0
  const release = () => {
    budget.usedBytes -= heldBytes
    heldBytes = 0
  }
  const source = encoding === 'gzip' ? request.pipe(createGunzip()) : request
  request.on('data', (chunk: Buffer) => {
    wireBytes += chunk.length
  })
  const admit = (chunk: Buffer): HttpError | undefined => {
    heldBytes += chunk.length
    budget.usedBytes += chunk.length
    if (heldBytes > maxBytes) return tooLarge()
    if (source !== request && heldBytes > RATIO_FROM_BYTES && heldBytes > wireBytes * MAX_INFLATE_RATIO) {
      return new HttpError(413, `body inflates to more than ${MAX_INFLATE_RATIO} times its size`)
    }
    if (budget.usedBytes > budget.limitBytes) return new HttpError(429, 'too many bytes in flight, try again')
    return undefined
  }
  try {
    const data = await collect(request, source, admit)
    return { data, wireBytes, release }
  } catch (error) {
    release()
    if (source !== request) {
      request.unpipe()
      source.destroy()
    }
    throw error
  }
}

function collect(
  request: IncomingMessage,
  source: Readable,
  admit: (chunk: Buffer) => HttpError | undefined,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    // Not `for await`: leaving that loop destroys the socket, and the client would never read why it was refused.
    const onData = (chunk: Buffer) => {
      const refusal = admit(chunk)
      if (refusal === undefined) chunks.push(chunk)
      else {
        source.off('data', onData)
        chunks.length = 0
        reject(refusal)
      }
    }
    source.on('data', onData)
    source.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))
    const cutShort = () => reject(new HttpError(400, 'connection closed before the end of the body'))
    request.on('close', () => {
      if (!request.complete) cutShort()
    })
    request.on('error', cutShort)
    if (source !== request) {
      source.on('error', error => reject(new HttpError(400, `body cannot be inflated: ${error.message}`)))
    }
  })
}
