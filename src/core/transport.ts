/**
 * HTTP to the agent: one connection, which belongs to no context of the application and never keeps the process
 * alive.
 */

import type { LookupFunction } from 'node:net'
import type { Dispatcher, Pool } from 'undici'
import { loadUndici, openPool } from './agent-pool'
import { type AgentAddress, parseAgentUrl } from './agent-url'
import { runDetached } from './detached-context'
import { type AgentResponse, Exchange } from './exchange'
import { claimOrigin, releaseOrigin } from './own-origins'

/** A request to the agent. */
export interface AgentRequest {
  method: 'GET' | 'PUT' | 'POST'
  /** Absolute path on the agent, for example `/v0.4/traces`. */
  path: string
  headers?: Readonly<Record<string, string>>
  body?: Uint8Array | string
  /** Longest time from the call to the end of the answer. Default: 5000 ms. */
  timeoutMs?: number
}

const DEFAULT_TIMEOUT_MS = 5000

/** A connection to the agent. */
export class Transport {
  #address: AgentAddress
  readonly #lookup: LookupFunction | undefined
  #pool: Pool | undefined
  #isClosed = false

  /**
   * Opens no connection before the first request. `lookup` takes the place of `dns.lookup`. Throws when
   * `parseAgentUrl` does not understand `url`, which does not happen with what `resolveAgentUrl` returns.
   */
  constructor(url: string, lookup?: LookupFunction) {
    this.#address = addressOf(url)
    this.#lookup = lookup
    claimOrigin(this.#address.origin)
  }

  /** The agent's URL without user name and password, for messages. */
  get url(): string {
    return this.#address.text
  }

  /** Loads the HTTP client ahead of the first request, so that no request of the application has to wait for that. */
  warm(): void {
    runDetached(loadUndici)
  }

  /**
   * Sends to another agent from now on; requests under way end where they began. Returns false, and changes nothing,
   * for a text that is not a URL.
   */
  setUrl(url: string): boolean {
    const address = parseAgentUrl(url)
    if (address === undefined) return false
    claimOrigin(address.origin)
    releaseOrigin(this.#address.origin)
    this.#address = address
    runDetached(closePool, this.#pool)
    this.#pool = undefined
    return true
  }

  /**
   * Makes a request. Resolves with any answer, whatever its status. Rejects where no answer came, with an error that
   * has a `code`: `ECONNREFUSED`, `ETIMEDOUT`, `UND_ERR_SOCKET`, `HPE_…`.
   */
  request(request: AgentRequest): Promise<AgentResponse> {
    return runDetached(() => new Promise((resolve, reject) => this.#dispatch(request, resolve, reject)))
  }

  /** Ends the connection, also in the middle of a request; later requests fail. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    releaseOrigin(this.#address.origin)
    runDetached(() => this.#pool?.destroy().catch(() => {}))
    this.#pool = undefined
  }

  #dispatch(
    { method, path, headers = {}, body, timeoutMs = DEFAULT_TIMEOUT_MS }: AgentRequest,
    resolve: (response: AgentResponse) => void,
    reject: (error: unknown) => void,
  ): void {
    if (this.#isClosed) {
      reject(Object.assign(new Error('transport is closed'), { code: 'ECLOSED' }))
      return
    }
    this.#pool ??= openPool(this.#address, this.#lookup)
    const options: Dispatcher.DispatchOptions = {
      method,
      path: this.#address.basePath + path,
      headers: this.#complete(headers),
      body,
      // `Exchange` has one timer in place of these two.
      headersTimeout: 0,
      bodyTimeout: 0,
    }
    this.#pool.dispatch(options, new Exchange(timeoutMs, resolve, reject))
  }

  #complete(headers: Readonly<Record<string, string>>): Record<string, string> {
    const out: Record<string, string> = { ...headers }
    if (this.#address.socketPath !== undefined) out.host = 'localhost'
    // A key must not cross a network in clear text.
    if (!isPrivate(this.#address))
      for (const name of Object.keys(out)) if (/^dd-api-key$/i.test(name)) delete out[name]
    return out
  }
}

/** Returns a text that tells errors of the transport apart: `ECONNREFUSED`, `ETIMEDOUT`, or the name of a class. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { code, cause } = error as Error & { code?: unknown }
  if (typeof code === 'string' && code !== '') return code
  return cause instanceof Error ? errorCode(cause) : error.name
}

function addressOf(url: string): AgentAddress {
  const address = parseAgentUrl(url)
  if (address === undefined) throw new TypeError('agent url is not valid')
  return address
}

function closePool(pool: Pool | undefined): void {
  pool?.close().catch(() => {})
}

function isPrivate({ origin, socketPath }: AgentAddress): boolean {
  const { protocol, hostname } = new URL(origin)
  if (socketPath !== undefined || protocol === 'https:' || hostname === 'localhost' || hostname === '[::1]')
    return true
  // `net.isIP` would load that module, and with it its integration, into every process.
  return /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
