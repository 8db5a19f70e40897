/**
 * The fields around each message of telemetry, JSON:
 *
 * | field | |
 * |---|---|
 * | `api_version`, `naming_schema_version` | `v2`; the schema of span names |
 * | `request_type`, `payload` | type and content of an event (events.ts); several events are a `message-batch` |
 * | `seq_id` | counts messages from 1; a repeated message keeps its number |
 * | `tracer_time` | s since the epoch |
 * | `runtime_id` | this process |
 * | `application` | service, environment, versions |
 * | `host` | name, system and kernel: the protocol assigns a process to its host by this name, which is used for nothing else |
 */

import { arch, hostname, release, type, version } from 'node:os'
import type { Config } from '../../core/config/resolve'
import { containerHeaders } from '../../core/container'
import { processTags } from '../../core/process-tags'
import { runtimeId } from '../../core/runtime-id'
import type { AgentRequest } from '../../core/transport'
import type { TelemetryEvent } from './events'

/** Endpoint of the agent that forwards telemetry. */
export const TELEMETRY_PATH = '/telemetry/proxy/api/v2/apmtelemetry'

/** Makes numbered requests of events. */
export class Envelope {
  readonly #config: Config
  readonly #headers: Readonly<Record<string, string>>
  readonly #application: object
  readonly #host: object
  #sequence = 0

  constructor(config: Config, tracerVersion: string) {
    this.#config = config
    this.#headers = {
      ...containerHeaders(config.externalEnv),
      'Content-Type': 'application/json',
      'DD-Client-Library-Language': 'nodejs',
      'DD-Client-Library-Version': tracerVersion,
      'DD-Session-ID': runtimeId,
      'DD-Telemetry-API-Version': 'v2',
    }
    this.#application = {
      service_name: config.service ?? 'node',
      env: config.env ?? '',
      service_version: config.version ?? '',
      tracer_version: tracerVersion,
      language_name: 'nodejs',
      language_version: process.versions.node,
      process_tags: config.processTags ? processTags(config) : undefined,
    }
    this.#host = {
      hostname: hostname(),
      os: type(),
      architecture: arch(),
      kernel_name: type(),
      kernel_release: release(),
      kernel_version: version(),
    }
  }

  /** Returns a request with one message of one or more events. */
  wrap(events: readonly TelemetryEvent[], timeoutMs: number): AgentRequest {
    const [first] = events
    const event = events.length === 1 ? first : { request_type: 'message-batch', payload: events }
    const body = JSON.stringify({
      api_version: 'v2',
      naming_schema_version: this.#config.spanAttributeSchema,
      request_type: event.request_type,
      tracer_time: Math.floor(Date.now() / 1000),
      runtime_id: runtimeId,
      seq_id: ++this.#sequence,
      payload: event.payload,
      application: this.#application,
      host: this.#host,
    })
    const headers = { ...this.#headers, 'DD-Telemetry-Request-Type': event.request_type }
    return { method: 'POST', path: TELEMETRY_PATH, headers, body, timeoutMs }
  }
}
