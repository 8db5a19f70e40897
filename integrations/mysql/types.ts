/** What the integration reads of mysql's objects; nothing of it is sure to be there. */

import type { SqlAddress } from '../../src/kit/sql/index'

export interface Connection {
  config?: SqlAddress
}

/** What speaks on a connection. */
export interface Protocol {
  _connection?: Connection
  /** What is under way, and waits to be. */
  _queue?: object[]
  _fatalError?: unknown
}

/** Of the driver: one thing to do on a connection. */
export interface Sequence {
  /** Of `Query`: the statement with its values filled in. */
  sql?: unknown
}

export interface Pool {
  config?: { connectionConfig?: SqlAddress }
  _freeConnections?: unknown[]
}
