/** Uploads profiles to the agent: `POST /profiling/v1/input`, a multipart form of `event.json` and the files. */

import { randomBytes } from 'node:crypto'
import { log } from '../core/log'
import { type AgentRequest, errorCode, type Transport } from '../core/transport'
import { later } from '../std/timer'

/** Path of the agent's intake for profiles. */
export const PROFILING_PATH = '/profiling/v1/input'

/** A file of the form, such as `wall.pprof`: its name and its bytes. */
export type Attachment = readonly [name: string, bytes: Uint8Array]

/** Where an upload goes, and for how long it is tried. */
export interface UploadSettings {
  readonly transport: Transport
  /** Headers that name the sender. */
  readonly headers: Readonly<Record<string, string>>
  /** Time for all attempts together. */
  readonly timeoutMs: number
  /** Returns true once no further attempt is to be made. */
  readonly isOver: () => boolean
  /** Waits between two attempts; replaced in tests. */
  readonly pause?: (ms: number) => Promise<void>
}

/** The spec halves the budget until at most this many ms are left: that is the wait before the second attempt. */
const SHORTEST_MS = 1000

/** Returns how often to try again, and the first wait, which doubles each time: 6 times from 937 ms for 60 s. */
export function retriesOf(budgetMs: number): { retries: number; baseMs: number } {
  let baseMs = budgetMs
  let retries = 0
  for (; baseMs > SHORTEST_MS; baseMs /= 2) retries++
  return { retries, baseMs: Math.floor(baseMs) }
}

/** Returns the request of an upload. */
export function uploadRequest(
  headers: UploadSettings['headers'],
  event: object,
  attachments: readonly Attachment[],
): AgentRequest {
  const boundary = randomBytes(16).toString('hex')
  return {
    method: 'POST',
    path: PROFILING_PATH,
    headers: { ...headers, 'Content-Type': `multipart/form-data; boundary=${boundary}` },
    body: formOf(boundary, [['event', Buffer.from(JSON.stringify(event))], ...attachments]),
  }
}

/**
 * Sends an upload, again on 429, 5xx and without an answer. Resolves with whether the agent took it; a loss is
 * logged.
 */
export async function upload(
  { transport, headers, timeoutMs, isOver, pause = wait }: UploadSettings,
  event: object,
  attachments: readonly Attachment[],
): Promise<boolean> {
  const request = uploadRequest(headers, event, attachments)
  const { retries, baseMs } = retriesOf(timeoutMs)
  let problem = ''
  for (let attempt = 1; attempt <= retries + 1 && !isOver(); attempt++) {
    // The time limit of an attempt doubles too: from two seconds for the first to the whole budget for the last.
    const answer = await transport
      .request({ ...request, timeoutMs: Math.min(baseMs * 2 ** attempt, timeoutMs) })
      .catch((error: unknown) => errorCode(error))
    if (typeof answer !== 'string') {
      if (answer.status >= 200 && answer.status < 300) return true
      problem = `status ${answer.status}`
      if (answer.status < 500 && answer.status !== 429) break
    } else {
      problem = answer
    }
    if (attempt <= retries && !isOver()) await pause(baseMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2))
  }
  log.warn(
    'profile upload',
    `a profile is lost: ${transport.url} did not take it (${problem || 'shut down'})`,
  )
  return false
}

function wait(ms: number): Promise<void> {
  return new Promise(resolve => later(resolve, ms))
}

/** Encodes multipart/form-data (RFC 7578). */
function formOf(boundary: string, parts: readonly Attachment[]): Buffer {
  const chunks: Uint8Array[] = []
  for (const [name, bytes] of parts) {
    const file = name === 'event' ? 'event.json' : name
    const type = name === 'event' ? 'application/json' : 'application/octet-stream'
    chunks.push(
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${file}"\r\n` +
          `Content-Type: ${type}\r\n\r\n`,
      ),
      bytes,
      Buffer.from('\r\n'),
    )
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`))
  return Buffer.concat(chunks)
}
