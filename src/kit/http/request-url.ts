/** The URL of a server request, put together from path, `Host` header and socket. */

import type { IncomingMessage } from 'node:http'

/** Returns `scheme://host/path?query`. Without a `Host` header, the host is the local address of the socket. */
export function requestUrl(req: IncomingMessage, scheme: string): string {
  const path = (req as { originalUrl?: string }).originalUrl ?? req.url ?? '/'
  // Clients of a proxy send the whole URL as the path.
  if (path.charCodeAt(0) !== 47 && /^https?:\/\//i.test(path)) return withoutCredentials(path)
  const host = req.headers.host ?? localHost(req)
  return `${scheme}://${host}${path.charCodeAt(0) === 47 ? '' : '/'}${path}`
}

/** Returns `url` without `user:password@`. It works on the text, since the URL may be one that does not parse. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1')
}

function localHost(req: IncomingMessage): string {
  const { localAddress = 'localhost', localPort } = req.socket ?? {}
  const host = localAddress.includes(':') ? `[${localAddress}]` : localAddress
  return localPort === undefined ? host : `${host}:${localPort}`
}
