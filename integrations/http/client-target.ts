/**
 * Method, URL and address of a client request, read from the arguments of `request` and `get` in any of their forms.
 */

import type { ClientRequest, RequestOptions } from 'node:http'
import { urlToHttpOptions } from 'node:url'
import { withoutCredentials } from '../../src/kit/http/index'

/** Method, URL and address of a request. */
export interface ClientTarget {
  method: string
  /** The URL without query, fragment and credentials. */
  url: string
  host: string
  /** The port; undefined for a Unix socket. */
  port: number | undefined
  isDefaultPort: boolean
}

type Options = RequestOptions & { agent?: { defaultPort?: number; protocol?: string } }

/** Returns the options of `request(url?, options?, callback?)`; undefined if there are none. */
export function optionsIn(args: readonly unknown[]): Options | undefined {
  const options = args[typeof args[0] === 'string' || isUrl(args[0]) ? 1 : 0]
  return typeof options === 'object' && options !== null ? (options as Options) : undefined
}

/** Returns whether Node.js takes the value for a URL; it accepts URL objects of other classes, too. */
function isUrl(value: unknown): value is URL {
  if (value instanceof URL) return true
  if (typeof value !== 'object' || value === null) return false
  const { href, protocol, auth, path } = value as Record<string, unknown>
  return Boolean(href && protocol) && auth === undefined && path === undefined
}

/** Returns the target of a request that Node.js has made from `args`. */
export function targetOf(req: ClientRequest, args: readonly unknown[]): ClientTarget {
  const options = optionsIn(args)
  const agent = (req as { agent?: { defaultPort?: number } }).agent
  const given = options?.port ?? portInUrl(args[0]) ?? options?.defaultPort ?? agent?.defaultPort
  return describe(req.method, req.protocol, req.host, given, req.path, options?.socketPath)
}

/**
 * Returns the target of a request that does not exist yet. `protocol` is that of the module. Throws for a URL that
 * Node.js refuses too.
 */
export function targetIn(args: readonly unknown[], protocol: string): ClientTarget {
  const [input] = args
  const url = typeof input === 'string' ? new URL(input) : isUrl(input) ? input : undefined
  const options: Options = { ...(url && urlToHttpOptions(url)), ...optionsIn(args) }
  const { agent } = options
  return describe(
    String(options.method ?? 'GET').toUpperCase(),
    options.protocol ?? agent?.protocol ?? protocol,
    options.hostname || options.host || 'localhost',
    options.port ?? options.defaultPort ?? agent?.defaultPort,
    options.path ?? '/',
    options.socketPath,
  )
}

function describe(
  method: string,
  protocol: string,
  host: string,
  givenPort: unknown,
  path: string,
  socketPath: unknown,
): ClientTarget {
  const standard = protocol === 'https:' ? 443 : 80
  const port = Number(givenPort) || standard
  const isDefaultPort = port === standard
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  const base = `${protocol}//${isDefaultPort || socketPath ? name : `${name}:${port}`}`
  const cut = path.search(/[?#]/)
  const bare = cut < 0 ? path : path.slice(0, cut)
  // A request to a proxy has the whole URL as its path; that of CONNECT is a host.
  const url = bare.startsWith('/')
    ? base + bare
    : bare.includes('://')
      ? withoutCredentials(bare)
      : `${base}/${bare}`
  return { method, url, host, port: socketPath ? undefined : port, isDefaultPort }
}

function portInUrl(url: unknown): string | undefined {
  if (typeof url === 'string') {
    return /^\s*[a-z]+:\/\/(?:[^/?#@]*@)?(?:\[[^\]]*\]|[^:/?#]*):(\d+)/i.exec(url)?.[1]
  }
  return isUrl(url) && url.port !== '' ? url.port : undefined
}
