/** Answers a request once, and discards what the client may still be sending. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CannedAnswer } from './options'

/** How long a refused client may go on sending, so that it reads the refusal before the connection closes. */
const DRAIN_MS = 5000

/** An answer to send. */
export interface Reply {
  status: number
  body: string | Buffer
  type: 'application/json' | 'text/plain; charset=utf-8' | 'application/octet-stream'
  headers?: Record<string, string>
}

/** Makes an answer of JSON. */
export function json(value: unknown, status = 200): Reply {
  return { status, body: JSON.stringify(value), type: 'application/json' }
}

/** Makes an answer of plain text. */
export function plainText(body: string, status = 200): Reply {
  return { status, body, type: 'text/plain; charset=utf-8' }
}

/** Returns `reply` with the fields that `canned` has. */
export function override(reply: Reply, canned: CannedAnswer | undefined): Reply {
  if (canned === undefined) return reply
  const { status = reply.status, body, headers } = canned
  const changed = body === undefined ? reply : typeof body === 'string' ? plainText(body) : json(body)
  return { ...changed, status, headers: { ...reply.headers, ...headers } }
}

/**
 * Sends `reply`. Closing a socket with unread bytes resets it, which would lose the answer: the rest is read and
 * discarded.
 */
export function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  if (response.destroyed || response.headersSent) return
  response.writeHead(reply.status, {
    'Content-Type': reply.type,
    'Content-Length': Buffer.byteLength(reply.body),
    'X-Content-Type-Options': 'nosniff',
    ...(request.complete ? {} : { Connection: 'close' }),
    ...reply.headers,
  })
  response.end(request.method === 'HEAD' ? undefined : reply.body)
  if (request.complete) return
  request.resume()
  const { socket } = request
  const timer = setTimeout(() => socket.destroy(), DRAIN_MS)
  timer.unref()
  socket.once('close', () => clearTimeout(timer))
}
