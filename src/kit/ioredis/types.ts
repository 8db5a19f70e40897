/** What is used of ioredis, and of its descendant iovalkey. */

import type { Settling } from '../redis/settling'

export interface Client {
  options?: {
    host?: string
    port?: number | string
    /** Of a socket in the file system; it goes before the host. */
    path?: string | null
    connectionName?: string | null
  }
}

/** A command; an application may make one itself and give it to a client. */
export interface Command extends Settling {
  name: string
  args: readonly unknown[]
}

/** The main module: the class itself. */
export interface Library {
  prototype: object
  Pipeline?: { prototype: object }
}
