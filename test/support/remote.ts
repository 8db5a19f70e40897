/** The agent's side of remote configuration: files, their signed list, and the states that clients report. */

import { createHash } from 'node:crypto'
import type { Answer, Received } from './fake-agent'

export const CONFIG_PATH = '/v0.7/config'

/** Files by path; text is sent unchanged, any other value as JSON. */
export type Files = Readonly<Record<string, unknown>>

/** What a client says, as far as tests look at it. */
export interface ClientRequest {
  client: {
    state: {
      root_version: number
      targets_version: number
      config_states: {
        id: string
        version: number
        product: string
        apply_state: number
        apply_error: string
      }[]
      has_error: boolean
      error: string
      backend_client_state: string
    }
    id: string
    products: string[]
    is_tracer: boolean
    client_tracer: Record<string, unknown>
    capabilities: string
  }
  cached_target_files: { path: string; length: number; hashes: { algorithm: string; hash: string }[] }[]
}

export function tracingPath(id: string): string {
  return `datadog/2/APM_TRACING/${id}/lib_config`
}

/** Body of an answer with these files, of which those that the client holds are not sent again. */
export function remoteBody(files: Files, version: number, request?: ClientRequest): string {
  const targets: Record<string, object> = {}
  const sent: { path: string; raw: string }[] = []
  for (const [path, content] of Object.entries(files)) {
    const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    targets[path] = { custom: { v: version }, hashes: { sha256 }, length: bytes.length }
    const isCached = request?.cached_target_files.some(
      each => each.path === path && each.hashes.some(({ hash }) => hash === sha256),
    )
    if (!isCached) sent.push({ path, raw: bytes.toString('base64') })
  }
  const signed = { version, targets, custom: { opaque_backend_state: `backend-${version}` } }
  return JSON.stringify({
    roots: [],
    targets: encode({ signed, signatures: [] }),
    target_files: sent,
    client_configs: Object.keys(files),
  })
}

export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64')
}

/** Answers polls like an agent that holds `files`, and remembers the polls. */
export class RemoteBackend {
  readonly requests: ClientRequest[] = []
  #files: Files = {}
  #version = 0
  #broken: string | undefined

  /** From now on these are all files. */
  set(files: Files): void {
    this.#files = files
    this.#version++
    this.#broken = undefined
  }

  /** The next answers have this body. */
  answer(body: string): void {
    this.#broken = body
  }

  get last(): ClientRequest | undefined {
    return this.requests.at(-1)
  }

  /** Whether the client has said that it holds what was set last. */
  get isUpToDate(): boolean {
    return this.last?.client.state.targets_version === this.#version
  }

  readonly route = (received: Received): Answer | undefined => {
    if (received.path !== CONFIG_PATH) return undefined
    const request = JSON.parse(received.body.toString()) as ClientRequest
    this.requests.push(request)
    if (this.#broken !== undefined) return { status: 200, body: this.#broken }
    const isKnown = request.client.state.targets_version === this.#version
    return { status: 200, body: isKnown ? '{}' : remoteBody(this.#files, this.#version, request) }
  }
}
