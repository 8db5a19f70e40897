/** What a client request asks for, read from the arguments of `request` and `get` in any of their forms. */

import type { ClientRequest, RequestOptions } from 'node:http'
import { urlToHttpOptions } from 'node:url'
import { withoutCredentials } from '../../src/kit/http/index'

export interface ClientTarget {
  method: string
  /** Without query, fragment and credentials. */
  url: string
  host: string
  /** Undefined for a Unix socket. */
  port: number | undefined
  isDefaultPort: boolean
}

type Options = RequestOptions & { agent?: { defaultPort?: number; protocol?: string } }

/** `request(url?, options?, callback?)`: the object of options, undefined when there is none. */
export function optionsIn(args: readonly unknown[]): Options | undefined {
  const options = args[typeof args[0] === 'string' || isUrl(args[0]) ? 1 : 0]
  return typeof options === 'object' && options !== null ? (options as Options) : undefined
}

/** What Node takes for a URL: also those of other classes. */
function isUrl(value: unknown): value is URL {
  if (value instanceof URL) return true
  if (typeof value !== 'object' || value === null) return false
  const { href, protocol, auth, path } = value as Record<string, unknown>
  return Boolean(href && protocol) && auth === undefined && path === undefined
}

/** From a request that Node has made of the arguments. */
export function targetOf(req: ClientRequest, args: readonly unknown[]): ClientTarget {
  const options = optionsIn(args)
  const agent = (req as { agent?: { defaultPort?: number } }).agent
  const given = options?.port ?? portInUrl(args[0]) ?? options?.defaultPort ?? agent?.defaultPort
  return describe(req.method, req.protocol, req.host, given, req.path, options?.socketPath)
}

/** Before there is a request; `protocol` is that of the module. Throws for a URL that Node refuses as well. */
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
  // Through a proxy, the path is the whole URL; CONNECT has a host for one.
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
