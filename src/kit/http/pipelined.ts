/**
 * Pipelined requests. A response that waits for its turn has no socket yet, and Node.js does not tell it when the
 * connection ends first. One listener on the socket does so for all waiting responses; other sockets get no listener.
 */

import type { Socket } from 'node:net'
import type { WebRequest } from '../web/request'

/** Pipelined requests of each socket, with the function to call if the socket closes before the response does. */
const waiting = new WeakMap<Socket, Map<WebRequest, () => void>>()

/** Calls `onLost` if `socket` closes before `forgetQueued(web)` is called. */
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

/** Stops following `web`, whose response has closed. */
export function forgetQueued(web: WebRequest): void {
  waiting.get(web.req.socket)?.delete(web)
}
