/**
 * Finds the address of the agent from the settings: the URL; else the socket, when neither host nor port is set and
 * the socket exists; else host and port.
 */

import { existsSync } from 'node:fs'
import { withoutSlashes } from '../std/slashes'

const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_PORT = 8126
const DEFAULT_SOCKET = '/var/run/datadog/apm.socket'
/** Origin of requests that go through a socket file; reserved (RFC 6761), so no application can mean it. */
const SOCKET_ORIGIN = 'http://agent-socket.invalid'

/** Settings that were given; undefined where nothing was given, which is not the same as the default. */
export interface AgentUrlSettings {
  url?: string
  hostname?: string
  port?: number | string
  /** Returns whether a file exists. Default: looks for it. */
  socketExists?: (path: string) => boolean
  platform?: NodeJS.Platform
}

/** The parts of an agent's URL. */
export interface AgentAddress {
  /** The URL without user name and password: for messages. */
  text: string
  /** `scheme://host:port`, what undici calls the origin. */
  origin: string
  /** Socket file or Windows pipe; undefined for TCP. */
  socketPath: string | undefined
  /** Beginning of the path of each request, without a trailing slash; mostly empty. */
  basePath: string
}

/**
 * Returns the agent's URL, always one that `parseAgentUrl` understands. `problem` says why a setting was not used.
 */
export function resolveAgentUrl(settings: AgentUrlSettings): { url: string; problem?: string } {
  const { url, hostname, port, socketExists = existsSync, platform = process.platform } = settings
  const fallback = `http://${DEFAULT_HOST}:${DEFAULT_PORT}`
  if (url !== undefined && url !== '') {
    if (parseAgentUrl(url) !== undefined) return { url }
    return { url: fallback, problem: `agent url ${withoutSecret(url)} is not valid, ${fallback} is used` }
  }
  const isHostSet = hostname !== undefined && hostname !== ''
  if (!isHostSet && port === undefined && platform !== 'win32' && socketExists(DEFAULT_SOCKET)) {
    return { url: `unix://${DEFAULT_SOCKET}` }
  }
  const host = isHostSet ? hostname : DEFAULT_HOST
  // A bare IPv6 address; `isIPv6` would compile three milliseconds of expressions.
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  const made = `http://${name}:${port ?? DEFAULT_PORT}`
  const parsed = parseAgentUrl(made)
  // A host with a path or a port in it would silently mean something else.
  if (parsed !== undefined && parsed.basePath === '') return { url: made }
  return {
    url: fallback,
    problem: `agent host ${host} or port ${port ?? DEFAULT_PORT} is not valid, ${fallback} is used`,
  }
}

/** Takes a URL apart; returns undefined when it is not an `http:`, `https:` or `unix:` URL. */
export function parseAgentUrl(url: string): AgentAddress | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol === 'unix:') {
    const socketPath = socketPathOf(parsed)
    if (socketPath === undefined) return undefined
    return { text: url, origin: SOCKET_ORIGIN, socketPath, basePath: '' }
  }
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.hostname === '') return undefined
  const basePath = withoutSlashes(parsed.pathname)
  return { text: parsed.origin + basePath, origin: parsed.origin, socketPath: undefined, basePath }
}

/**
 * Returns the path of a socket: `/run/x` for `unix:///run/x` and `unix://run/x`, the pipe `//./pipe/x` for
 * `unix://./pipe/x`.
 */
function socketPathOf(url: URL): string | undefined {
  let path: string
  try {
    path = decodeURIComponent(url.pathname)
  } catch {
    return undefined
  }
  if (path === '' || path === '/') return undefined
  if (url.host === '') return path
  return url.host === '.' ? `//.${path}` : `/${url.host}${path}`
}

function withoutSecret(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//')
}
