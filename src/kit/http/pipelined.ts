/**
 * Pipelined requests: a response that waits for its turn has no socket yet, and when the connection ends before, Node
 * tells it nothing. One listener on the socket stands in for all such responses; other sockets get none.
 */

import type { Socket } from 'node:net'
import type { WebRequest } from '../web/request'

/** Requests of a socket that came while an earlier one was being answered, and what to do if the socket closes. */
const waiting = new WeakMap<Socket, Map<WebRequest, () => void>>()

/** Calls `onLost` if `socket` closes before `web` is forgotten. */
export function followQueued(socket: Socket, web: WebRequest, onLost: () => void): void {
  const queue = waiting.get(socket)
  if (queue === undefined) {
    const made = new Map([[web, onLost]])
    waiting.set(socket, made)
    socket.once('close', () => {
      for (const lost of [...made.values()]) lost()
    })
  } else queue.set(web, onLost)
}

/** The response has been closed. */
export function forgetQueued(web: WebRequest): void {
  waiting.get(web.req.socket)?.delete(web)
}
