/** What is used of the `redis` package's client. */

import type { Settling } from '../../src/kit/redis/index'

export type Constructor = new (...args: unknown[]) => object

/** Options of a socket; of the application, and with defaults where it has none. */
export interface SocketOptions {
  host?: string
  port?: number
  /** Of a socket in the file system. */
  path?: string
}

/** `dist/lib/client/commands-queue.js` and `dist/lib/client/socket.js`. */
export interface ClassModule {
  default: Constructor
}

/** `dist/lib/client/linked-list.js`, since 5.0. */
export interface ListModule {
  DoublyLinkedList?: Constructor
}

/** What waits in the queue. */
export type Waiting = Settling
