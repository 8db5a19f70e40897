/** The parts of ioredis and iovalkey that the integrations use. */

import type { Settling } from '../redis/settling'

/** The client of one server. */
export interface Client {
  options?: {
    host?: string
    port?: number | string
    /** Path of a Unix socket; used in place of the host. */
    path?: string | null
    connectionName?: string | null
  }
}

/** A command. An application may create one itself and pass it to a client. */
export interface Command extends Settling {
  name: string
  args: readonly unknown[]
}

/** The main module, which is the client class itself. */
export interface Library {
  prototype: object
  Pipeline?: { prototype: object }
}
