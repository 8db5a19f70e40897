/** The URL that a client asked for, put together from what arrived. */

import type { IncomingMessage } from 'node:http'

/** `scheme://host/path?query`; without a `Host` header, the host is the address of the socket. */
export function requestUrl(req: IncomingMessage, scheme: string): string {
  const path = (req as { originalUrl?: string }).originalUrl ?? req.url ?? '/'
  // To a proxy, clients send whole URLs.
  if (path.charCodeAt(0) !== 47 && /^https?:\/\//i.test(path)) return withoutCredentials(path)
  const host = req.headers.host ?? localHost(req)
  return `${scheme}://${host}${path.charCodeAt(0) === 47 ? '' : '/'}${path}`
}

/** Also for URLs that do not parse: whatever stands before an `@` in the host is not sent. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1')
}

function localHost(req: IncomingMessage): string {
  const { localAddress = 'localhost', localPort } = req.socket ?? {}
  const host = localAddress.includes(':') ? `[${localAddress}]` : localAddress
  return localPort === undefined ? host : `${host}:${localPort}`
}
