/** Opens HTTP servers on a port of one or both loopback addresses, or on a unix socket. */

import { chmodSync, lstatSync, unlinkSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connect } from 'node:net'
import { markUntraced } from './untraced'

/** An open port or socket. */
export interface Listening {
  port: number
  /** Stops listening, and cuts open connections. */
  close(): Promise<void>
}

/** Largest number of connections, equal to the Datadog Agent's `connection_limit`. */
const MAX_CONNECTIONS = 2000
/** Keep-alive time, longer than a tracer's flush interval, so that idle connections are not cut under a request. */
const KEEP_ALIVE_MS = 60_000
const REQUEST_TIMEOUT_MS = 30_000

/**
 * Listens on `host`. For 127.0.0.1 also on ::1 of the same port, where the machine has it and the port is free:
 * `localhost` means either. Rejects with Node's error when the port is taken.
 */
export async function listenOnPort(handler: RequestListener, host: string, port: number): Promise<Listening> {
  const first = newServer(handler)
  const actualPort = await open(first, { host, port })
  const servers = [first]
  if (host === '127.0.0.1') {
    const second = newServer(handler)
    // A machine without IPv6 answers EADDRNOTAVAIL or EAFNOSUPPORT: then 127.0.0.1 is all there is.
    const isOpen = await open(second, { host: '::1', port: actualPort }).then(
      () => true,
      () => false,
    )
    if (isOpen) servers.push(second)
  }
  return { port: actualPort, close: () => closeAll(servers) }
}

/** Listens on a unix socket that only this user can open; one that a dead process left behind is replaced. */
export async function listenOnSocket(handler: RequestListener, path: string): Promise<Listening> {
  if (await isAbandonedSocket(path)) unlinkSync(path)
  const server = newServer(handler)
  await open(server, { path })
  chmodSync(path, 0o600)
  return { port: 0, close: () => closeAll([server]) }
}

function newServer(handler: RequestListener): Server {
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 5000,
    },
    handler,
  )
  server.maxConnections = MAX_CONNECTIONS
  return markUntraced(server)
}

function open(server: Server, where: { host: string; port: number } | { path: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

async function closeAll(servers: Server[]): Promise<void> {
  await Promise.all(
    servers.map(
      server =>
        new Promise<void>(resolve => {
          server.close(() => resolve())
          server.closeAllConnections()
        }),
    ),
  )
}

function isAbandonedSocket(path: string): Promise<boolean> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return Promise.resolve(false)
  return new Promise(resolve => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(false)
    })
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  })
}
