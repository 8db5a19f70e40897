/** Client for the JSON API of a local agent. */

import { get } from 'node:http'
import { CommandError } from './usage'

/** Port of the API of a local agent, unless `--api-port` names another. */
export const DEFAULT_API_PORT = 8127
export const DEFAULT_API_URL = `http://127.0.0.1:${DEFAULT_API_PORT}`

const TIMEOUT_MS = 10_000

/** Returns the decoded answer; undefined for 404. Throws a `CommandError` that says what to do if nothing answers. */
export async function ask<T>(base: string, path: string): Promise<T | undefined> {
  const { status, body } = await getAnswer(base, path)
  if (status === 404) return undefined
  return parse<T>(base, status, body)
}

/** Returns the bytes of the answer, not decoded; undefined for 404. Throws as `ask` does. */
export async function download(base: string, path: string): Promise<Buffer | undefined> {
  const { status, body } = await getAnswer(base, path)
  return status === 404 ? undefined : body
}

/** Returns an answer of status 200 or 404. Throws a `CommandError` with the reason for any other. */
async function getAnswer(base: string, path: string): Promise<Answer> {
  if (!URL.canParse(base) || !base.startsWith('http://'))
    throw new CommandError(`not an http:// address: ${base}`)
  const answer = await request(new URL(path, base)).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(
      `no local agent answers at ${base} (${error.code ?? error.message})\n` +
        'start one with `tracer agent`, or name another with --url (it prints its address when it starts)',
    )
  })
  const { status, body } = answer
  if (status === 200 || status === 404) return answer
  const { error = 'no reason given' } = parse<{ error?: string }>(base, status, body)
  throw new CommandError(`${base} answered ${status}: ${error}`)
}

function parse<T>(base: string, status: number, body: Buffer): T {
  try {
    return JSON.parse(body.toString()) as T
  } catch {
    throw new CommandError(`${base} is not the API of a local agent: it answered ${status} without JSON`)
  }
}

interface Answer {
  status: number
  body: Buffer
}

function request(url: URL): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { timeout: TIMEOUT_MS, agent: false }, response => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }))
      response.on('error', reject)
    })
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
    asked.on('error', reject)
  })
}
