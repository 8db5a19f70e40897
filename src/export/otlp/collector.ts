/**
 * Address of the collector, and headers of requests
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/).
 */

import type { Config } from '../../core/config/resolve'
import { withoutCredentials } from '../../core/config/row'
import { log } from '../../core/log'
import { withoutSlashes } from '../../std/slashes'

const DEFAULT_PORT = 4318

/** A kind of data that is sent: each has a path, and settings of its own that win over the common ones. */
export interface OtlpSignal {
  path: string
  endpoint: 'otlpTracesEndpoint' | 'otlpLogsEndpoint'
  headers: 'otlpTracesHeaders' | 'otlpLogsHeaders'
}

/** Traces: `/v1/traces`. */
export const TRACES: OtlpSignal = {
  path: '/v1/traces',
  endpoint: 'otlpTracesEndpoint',
  headers: 'otlpTracesHeaders',
}
/** Logs: `/v1/logs`. */
export const LOGS: OtlpSignal = { path: '/v1/logs', endpoint: 'otlpLogsEndpoint', headers: 'otlpLogsHeaders' }

/** The address of a signal at a collector. */
export interface Endpoint {
  /** `scheme://host:port`. */
  origin: string
  /** Path, with the query if there is one. */
  path: string
}

/**
 * Returns the URL for the signal as it is; else the URL for all signals with the path of this one appended; else the
 * default port on the host of the agent.
 */
export function endpointOf(config: Config, signal = TRACES): Endpoint {
  const fallback = defaultEndpoint(config, signal.path)
  for (const [url, appended] of [
    [config[signal.endpoint], ''],
    [config.otlpEndpoint, signal.path],
  ] as const) {
    if (url === undefined) continue
    const endpoint = parseEndpoint(url, appended)
    if (endpoint !== undefined) return endpoint
    const text = withoutCredentials(url)
    log.warn(`otlp endpoint ${text}`, `otlp endpoint ${text} is not an http or https url; it is not used`)
  }
  return fallback
}

/** Parses a URL and appends `appended` to its path. Undefined when it is not an `http:` or `https:` URL. */
export function parseEndpoint(url: string, appended: string): Endpoint | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) return undefined
  const path = appended === '' ? parsed.pathname : withoutSlashes(parsed.pathname) + appended
  return { origin: parsed.origin, path: path + parsed.search }
}

/** Parses a URL given to `setUrl()`, which may name the path of the signal or leave it out. */
export function endpointAt(url: string, { path } = TRACES): Endpoint | undefined {
  const whole = parseEndpoint(url, '')
  return whole?.path.endsWith(path) ? whole : parseEndpoint(url, path)
}

function defaultEndpoint({ url, hostname }: Config, path: string): Endpoint {
  const fromUrl = url !== undefined && /^https?:/.test(url) && URL.canParse(url) ? new URL(url).hostname : ''
  const host = hostname || fromUrl || '127.0.0.1'
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  const made = parseEndpoint(`http://${name}:${DEFAULT_PORT}`, path)
  return made ?? { origin: `http://127.0.0.1:${DEFAULT_PORT}`, path }
}

/** Names of headers whose values only the exporter can know. */
const RESERVED = /^(content-.*|transfer-encoding|connection|keep-alive|upgrade|expect|te|host)$/
const NAME = /^[\w!#$%&'*+.^`|~-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * Returns the user's headers in lower case; those for the signal win. What HTTP cannot carry is left out, with a
 * warning.
 */
export function headersOf(config: Config, signal = TRACES): Record<string, string> {
  const { otlpHeaders, [signal.headers]: own } = config
  const headers: Record<string, string> = {}
  for (const [given, value] of [...Object.entries(otlpHeaders), ...Object.entries(own)]) {
    const name = given.toLowerCase()
    if (NAME.test(name) && VALUE.test(value) && !RESERVED.test(name)) headers[name] = value
    else log.warn(`otlp header ${name}`, `header ${JSON.stringify(name)} for the collector cannot be sent`)
  }
  return headers
}
