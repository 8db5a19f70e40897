/** Addresses of servers, parsed from the library's notation. */

import type { Span } from '../../src/kit/index'

const DEFAULT_PORT = 11211

/** Tags the server, which is `host`, `host:port`, or the path of a socket in the file system. */
export function tagServer({ tags }: Span, server: unknown): void {
  if (typeof server !== 'string' || server === '') return
  if (server.startsWith('/')) {
    tags['out.host'] = server
    return
  }
  const [, host = server, port] = /^(.+):(\d+)$/.exec(server) ?? []
  tags['out.host'] = host
  tags['network.destination.port'] = Number(port ?? DEFAULT_PORT)
}
