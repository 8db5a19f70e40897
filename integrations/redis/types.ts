/** The parts of `redis` that the integration uses. */

import type { Settling } from '../../src/kit/redis/index'

export type Constructor = new (...args: unknown[]) => object

/** Options of a socket, with or without the defaults. */
export interface SocketOptions {
  host?: string
  port?: number
  /** Path of a Unix socket. */
  path?: string
}

/** Exports of `dist/lib/client/commands-queue.js` and `dist/lib/client/socket.js`. */
export interface ClassModule {
  default: Constructor
}

/** Exports of `dist/lib/client/linked-list.js`, since 5.0. */
export interface ListModule {
  DoublyLinkedList?: Constructor
}

/** A command in the queue. */
export type Waiting = Settling
