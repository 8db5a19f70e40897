/** URLs, put together from the pseudo-headers of HTTP/2. */

import type { IncomingHttpHeaders } from 'node:http2'

/** Returns the URL of a server request. CONNECT without a protocol has an authority only. */
export function urlOf(headers: IncomingHttpHeaders): string {
  const { ':scheme': scheme = 'https', ':path': path = '' } = headers
  return `${scheme}://${withoutUser(headers[':authority'] ?? headers.host ?? 'localhost')}${path}`
}

/** Removes the user from `user@host`, a form that RFC 9113, section 8.3.1, forbids. */
function withoutUser(authority: string): string {
  return authority.slice(authority.lastIndexOf('@') + 1)
}

/** Origin that a session is connected to. */
export interface Origin {
  scheme: string
  host: string
  port: number
}

/**
 * Returns the origin of a session from the arguments of `connect`, read as Node.js does. Throws where Node.js throws
 * too.
 */
export function originOf(authority: unknown, options: unknown): Origin {
  const url = (typeof authority === 'string' ? new URL(authority) : authority) as Partial<URL>
  const protocol = url.protocol || (options as { protocol?: string } | undefined)?.protocol || 'https:'
  const standard = url.protocol === 'http:' ? 80 : 443
  return {
    scheme: protocol.slice(0, -1),
    host: url.hostname?.replace(/^\[|\]$/g, '') || url.host || 'localhost',
    port: Number(url.port) || standard,
  }
}

/** Returns the URL of a client request, without query. `header` reads the application's headers. */
export function targetUrl(
  { scheme, host, port }: Origin,
  header: (name: string) => string | undefined,
): string {
  const used = header(':scheme') ?? scheme
  const name = host.includes(':') ? `[${host}]` : host
  const isDefault = port === (used === 'http' ? 80 : 443)
  const authority = header(':authority') ?? header('host') ?? (isDefault ? name : `${name}:${port}`)
  const path = header(':path') ?? (header(':method') === 'CONNECT' ? '' : '/')
  const cut = path.search(/[?#]/)
  return `${used}://${withoutUser(authority)}${cut < 0 ? path : path.slice(0, cut)}`
}
