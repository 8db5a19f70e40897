/** Decides where metrics go: endpoints in order of preference; the next is tried when the previous does not exist. */

import { existsSync } from 'node:fs'
import type { LookupFunction } from 'node:net'
import { type AgentAddress, parseAgentUrl, resolveAgentUrl } from '../core/agent-url'
import type { Config } from '../core/config/resolve'

/** An address to which metrics can be sent. */
export type MetricsEndpoint =
  | { kind: 'udp'; host: string; port: number; lookup: LookupFunction | undefined }
  | { kind: 'unixgram'; path: string }
  | { kind: 'unix'; path: string }
  | { kind: 'proxy'; url: string; lookup: LookupFunction | undefined }

const DEFAULT_SOCKET = '/var/run/datadog/dsd.socket'
const DEFAULT_PORT = 8125
const PIPE = /^(?:pipe:|\\\\[.?]\\pipe\\|unix:\/\/\.\/pipe\/)/i

/** The part of the configuration that decides the endpoints. */
export type EndpointSettings = Pick<
  Config,
  'dogstatsdUrl' | 'dogstatsdHost' | 'dogstatsdPort' | 'url' | 'hostname' | 'port' | 'lookup' | 'origins'
>

/** Returns the endpoints to try, at least one; `problem` says why `dogstatsdUrl` was not used. */
export function endpointsOf(
  config: EndpointSettings,
  socketExists: (path: string) => boolean = existsSync,
): { endpoints: MetricsEndpoint[]; problem?: string } {
  const { lookup, origins } = config
  const agentUrl = resolveAgentUrl({
    url: config.url,
    hostname: config.hostname,
    port: origins.port === 'default' ? undefined : config.port,
    socketExists,
  }).url
  const agent = parseAgentUrl(agentUrl) as AgentAddress
  const proxy: MetricsEndpoint = { kind: 'proxy', url: agentUrl, lookup }
  const agentHost = agent.socketPath === undefined ? bare(new URL(agent.origin).hostname) : '127.0.0.1'
  const host = config.dogstatsdHost ?? agentHost
  const udp: MetricsEndpoint = { kind: 'udp', host: bare(host), port: config.dogstatsdPort, lookup }
  const unix = (path: string, only?: 'unixgram' | 'unixstream'): MetricsEndpoint[] => {
    const kinds = only === undefined ? (['unixgram', 'unix'] as const) : [only === 'unixgram' ? only : 'unix']
    return [...kinds.map((kind): MetricsEndpoint => ({ kind: kind as 'unix', path })), proxy, udp]
  }

  const url = config.dogstatsdUrl
  const chosen = url === undefined ? undefined : endpointsAt(url, lookup, unix)
  if (chosen !== undefined) return { endpoints: chosen }
  const isSet = config.dogstatsdHost !== undefined || origins.dogstatsdPort !== 'default'
  const isAgentSet = config.url !== undefined || config.hostname !== undefined
  const endpoints = isSet
    ? [udp]
    : !isAgentSet && socketExists(DEFAULT_SOCKET)
      ? unix(DEFAULT_SOCKET)
      : agent.socketPath !== undefined
        ? [proxy, udp]
        : [udp]
  return url === undefined ? { endpoints } : { endpoints, problem: problemOf(url) }
}

function endpointsAt(
  url: string,
  lookup: LookupFunction | undefined,
  unix: (path: string, only?: 'unixgram' | 'unixstream') => MetricsEndpoint[],
): MetricsEndpoint[] | undefined {
  if (PIPE.test(url) || !URL.canParse(url)) return undefined
  const { protocol, hostname, port, host, pathname } = new URL(url)
  if (protocol === 'udp:' && hostname !== '')
    return [{ kind: 'udp', host: bare(hostname), port: port === '' ? DEFAULT_PORT : Number(port), lookup }]
  if (/^unix(stream|gram)?:$/.test(protocol) && pathname.length > 1) {
    // `unix://run/x` can mean nothing else than `/run/x`.
    const path = decodeURIComponent(host === '' ? pathname : `/${host}${pathname}`)
    return unix(path, protocol === 'unix:' ? undefined : (protocol.slice(0, -1) as 'unixgram'))
  }
  if (/^https?:$/.test(protocol) && hostname !== '') return [{ kind: 'proxy', url, lookup }]
  return undefined
}

function problemOf(url: string): string {
  const shown = url.replace(/\/\/[^/@]*@/, '//')
  return PIPE.test(url)
    ? `dogstatsd url ${shown} is a named pipe: these are not supported, the default is used`
    : `dogstatsd url ${shown} is not valid, the default is used`
}

/** Removes the brackets of an IPv6 address: `[::1]` becomes `::1`. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}
