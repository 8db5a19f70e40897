/** Asks a running local agent's JSON API. */

import { get } from 'node:http'
import { CommandError } from './usage'

export const DEFAULT_API_PORT = 8127
export const DEFAULT_API_URL = `http://127.0.0.1:${DEFAULT_API_PORT}`

const TIMEOUT_MS = 10_000

/** The decoded answer, or undefined for 404. Throws a `CommandError` that says what to do when nothing answers. */
export async function ask<T>(base: string, path: string): Promise<T | undefined> {
  if (!URL.canParse(base) || !base.startsWith('http://'))
    throw new CommandError(`not an http:// address: ${base}`)
  const { status, body } = await request(new URL(path, base)).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(
      `no local agent answers at ${base} (${error.code ?? error.message})\n` +
        'start one with `tracer agent`, or name another with --url (it prints its address when it starts)',
    )
  })
  if (status === 404) return undefined
  try {
    const answer = JSON.parse(body) as T & { error?: string }
    if (status === 200) return answer
    throw new CommandError(`${base} answered ${status}: ${answer.error ?? 'no reason given'}`)
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(`${base} is not the API of a local agent: it answered ${status} without JSON`)
  }
}

function request(url: URL): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { timeout: TIMEOUT_MS, agent: false }, response => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }),
      )
      response.on('error', reject)
    })
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
    asked.on('error', reject)
  })
}
