/** Where the collector is, and what requests to it carry (https://opentelemetry.io/docs/specs/otel/protocol/exporter/). */

import type { Config } from '../../core/config/resolve'
import { withoutCredentials } from '../../core/config/rows'
import { log } from '../../core/log'

const TRACES_PATH = '/v1/traces'
const DEFAULT_PORT = 4318

export interface Endpoint {
  /** `scheme://host:port`. */
  origin: string
  /** With the query, if there is one. */
  path: string
}

/** The URL for traces as it is; else the URL for everything with `/v1/traces` behind it; else the host of the agent. */
export function endpointOf(config: Config): Endpoint {
  const { otlpTracesEndpoint, otlpEndpoint } = config
  const fallback = defaultEndpoint(config)
  for (const [url, appended] of [
    [otlpTracesEndpoint, ''],
    [otlpEndpoint, TRACES_PATH],
  ] as const) {
    if (url === undefined) continue
    const endpoint = parseEndpoint(url, appended)
    if (endpoint !== undefined) return endpoint
    const text = withoutCredentials(url)
    log.warn(`otlp endpoint ${text}`, `otlp endpoint ${text} is not an http or https url; it is not used`)
  }
  return fallback
}

/** `base`: what follows the path of the URL. Undefined when it is not an `http:` or `https:` URL. */
export function parseEndpoint(url: string, appended: string): Endpoint | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) return undefined
  const path = appended === '' ? parsed.pathname : parsed.pathname.replace(/\/+$/, '') + appended
  return { origin: parsed.origin, path: path + parsed.search }
}

/** The same for a URL given to `setUrl()`, which may name the path for traces or leave it out. */
export function endpointAt(url: string): Endpoint | undefined {
  const whole = parseEndpoint(url, '')
  return whole?.path.endsWith(TRACES_PATH) ? whole : parseEndpoint(url, TRACES_PATH)
}

function defaultEndpoint({ url, hostname }: Config): Endpoint {
  const fromUrl = url !== undefined && /^https?:/.test(url) && URL.canParse(url) ? new URL(url).hostname : ''
  const host = hostname || fromUrl || '127.0.0.1'
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  const made = parseEndpoint(`http://${name}:${DEFAULT_PORT}`, TRACES_PATH)
  return made ?? { origin: `http://127.0.0.1:${DEFAULT_PORT}`, path: TRACES_PATH }
}

/** Names that only we can know the values of. */
const RESERVED = /^(content-.*|transfer-encoding|connection|keep-alive|upgrade|expect|te|host)$/
const NAME = /^[\w!#$%&'*+.^`|~-]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** The user's headers in lower case; those for traces win. What HTTP cannot carry is left out, and said. */
export function headersOf({ otlpHeaders, otlpTracesHeaders }: Config): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [given, value] of [...Object.entries(otlpHeaders), ...Object.entries(otlpTracesHeaders)]) {
    const name = given.toLowerCase()
    if (NAME.test(name) && VALUE.test(value) && !RESERVED.test(name)) headers[name] = value
    else log.warn(`otlp header ${name}`, `header ${JSON.stringify(name)} for the collector cannot be sent`)
  }
  return headers
}
