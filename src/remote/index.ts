/** Asks the agent for configuration every few seconds; loaded once an agent offers it. */

import type { Config } from '../core/config/resolve'
import { containerHeaders } from '../core/container'
import { runDetached } from '../core/detached-context'
import type { AgentResponse } from '../core/exchange'
import { fence } from '../core/fence'
import { log } from '../core/log'
import { runtimeId } from '../core/runtime-id'
import { errorCode, type Transport } from '../core/transport'
import { userTags } from '../core/unified-tags'
import { later } from '../std/timer'
import type { LiveRow, Overrides } from './apm-tracing'
import { RemoteClient } from './client'
import { LiveConfig } from './live-config'
import { PATH } from './protocol'

export type { LiveRow } from './apm-tracing'

/** What remote configuration works with. */
export interface RemoteOptions {
  /** The configuration, which is changed in place. */
  config: Config
  transport: Transport
  tracerVersion: string
  /** Is called with the rows that have other values now. */
  onChange: (changed: ReadonlySet<LiveRow>) => void
}

/** Request time-out, short since other requests wait for the same connection. */
const TIMEOUT_MS = 2000
/**
 * Longest time between two requests: after failures, and for an agent with remote configuration switched off (404).
 */
const SLOWEST_MS = 60_000

/** Polls the agent, and applies its values to the configuration. */
export class RemoteConfiguration {
  readonly #options: RemoteOptions
  readonly #live: LiveConfig
  readonly #headers: Readonly<Record<string, string>>
  readonly #periodMs: number
  #client: RemoteClient
  #timer: NodeJS.Timeout | undefined
  #isOn = false
  #failures = 0

  constructor(options: RemoteOptions) {
    this.#options = options
    this.#live = new LiveConfig(options.config)
    this.#headers = { 'Content-Type': 'application/json', ...containerHeaders(options.config.externalEnv) }
    this.#periodMs = options.config.remoteConfigPollInterval * 1000
    this.#client = this.#newClient()
  }

  /** Starts to poll. */
  start(): void {
    if (this.#isOn) return
    this.#isOn = true
    this.#failures = 0
    runDetached(() => this.#poll())
  }

  /** Stops polling; values that were set stay. */
  stop(): void {
    this.#isOn = false
    clearTimeout(this.#timer)
  }

  /** Takes back all values, since the transport leads to another agent now, and stops. */
  reset(): void {
    this.stop()
    this.#set({})
    this.#client = this.#newClient()
  }

  #newClient(): RemoteClient {
    const { config, tracerVersion } = this.#options
    const { service = 'node', env = '', version = '' } = config
    return new RemoteClient(
      {
        runtime_id: runtimeId,
        language: 'node',
        tracer_version: tracerVersion,
        service,
        env,
        app_version: version,
        tags: Object.entries(userTags(config)).map(pair => pair.join(':')),
        extra_services: [],
      },
      values => this.#set(values),
    )
  }

  #set(values: Overrides): void {
    const changed = this.#live.override(values)
    if (changed.size === 0) return
    log.debug(() => `remote configuration has changed ${[...changed].join(', ')}`)
    fence('remote configuration', () => this.#options.onChange(changed))
  }

  #poll(): void {
    const client = this.#client
    this.#options.transport
      .request({
        method: 'POST',
        path: PATH,
        headers: this.#headers,
        body: client.request(),
        timeoutMs: TIMEOUT_MS,
      })
      .then(
        response => this.#answered(client, response),
        error => this.#failed(client, errorCode(error)),
      )
  }

  #answered(client: RemoteClient, { status, body }: AgentResponse): void {
    if (!this.#isOn || client !== this.#client) return
    if (status !== 200) {
      this.#failed(client, `status ${status}`)
      if (status === 404) this.#next(SLOWEST_MS)
      return
    }
    this.#failures = 0
    client.receive(body)
    this.#next(this.#periodMs)
  }

  #failed(client: RemoteClient, reason: string): void {
    if (!this.#isOn || client !== this.#client) return
    log.debug(() => `remote configuration: ${reason}`)
    this.#failures++
    this.#next(Math.min(this.#periodMs * 2 ** this.#failures, SLOWEST_MS))
  }

  #next(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = later(() => this.#poll(), delayMs)
  }
}
