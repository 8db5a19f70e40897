/** Options of the local agent and their defaults. */

import type { RequestRecord } from './request-log'

/** Bytes of a mebibyte. */
export const MIB = 1024 * 1024

/** Options of `startAgent()`. */
export interface AgentOptions {
  /** Address of the intake; `127.0.0.1` (and `::1` with it) by default. Anything else is a deliberate choice. */
  host?: string
  /** Port of the intake; 0, the default, takes any free one. */
  port?: number
  /** Path of a unix socket to listen on as well. */
  socketPath?: string
  /** Port of the JSON API, always on loopback; 0 (the default) takes any free one, null serves no API. */
  apiPort?: number | null
  /** Further `Host` names under which the API may be asked, against DNS rebinding. */
  allowHosts?: readonly string[]
  /** Bytes of traces kept before the oldest are evicted; 192 MiB by default. */
  storeLimitBytes?: number
  /** Bytes of profiles kept before the oldest are evicted; 64 MiB by default. */
  profileStoreLimitBytes?: number
  /** Largest request body, before and after inflation; 25 MiB by default, as the Datadog Agent. */
  maxRequestBytes?: number
  /** Sampling rates that the intake hands out, 0..1, keyed `service:NAME,env:ENV`. Everything is kept by default. */
  rates?: Readonly<Record<string, number>>
  /** Replaces secrets in tags, headers and URLs as they arrive; true by default. */
  redact?: boolean
  /** How many of the last requests are remembered; 200 by default. */
  requestLogLimit?: number
  /**
   * Whether remembered requests keep their spans; false by default, since these spans are then not evicted.
   */
  keepChunks?: boolean
  /** Is called with each request once it is answered. */
  onRequest?: (request: RequestRecord) => void
  /** May answer in the agent's place; tests use this to make the agent misbehave. */
  intercept?: (request: RequestRecord) => Intercept | undefined
}

/**
 * A replacement for the agent's usual answer: another answer (the payload is still taken in if the status is 2xx or
 * left out), no answer at all, or a connection that is cut.
 */
export type Intercept = CannedAnswer | 'hang' | 'reset'

/** An answer that replaces the agent's own, field by field. */
export interface CannedAnswer {
  status?: number
  /** Body: a string is sent unchanged, another value as JSON. */
  body?: unknown
  headers?: Record<string, string>
}

/** Options with their defaults. */
export type ResolvedOptions = Required<Omit<AgentOptions, 'socketPath' | 'onRequest' | 'intercept'>> &
  Pick<AgentOptions, 'socketPath' | 'onRequest' | 'intercept'>

/** Fills in the defaults. */
export function resolveOptions(options: AgentOptions): ResolvedOptions {
  return {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    socketPath: options.socketPath,
    apiPort: options.apiPort === undefined ? 0 : options.apiPort,
    allowHosts: options.allowHosts ?? [],
    storeLimitBytes: options.storeLimitBytes ?? 192 * MIB,
    profileStoreLimitBytes: options.profileStoreLimitBytes ?? 64 * MIB,
    maxRequestBytes: options.maxRequestBytes ?? 25 * MIB,
    rates: options.rates ?? { 'service:,env:': 1 },
    redact: options.redact ?? true,
    requestLogLimit: options.requestLogLimit ?? 200,
    keepChunks: options.keepChunks ?? false,
    onRequest: options.onRequest,
    intercept: options.intercept,
  }
}
