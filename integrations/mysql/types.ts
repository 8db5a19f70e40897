/** The parts of mysql's objects that the integration reads. They are internal, so nothing is sure to be there. */

import type { SqlAddress } from '../../src/kit/sql/index'

export interface Connection {
  config?: SqlAddress
}

/** The protocol of a connection. */
export interface Protocol {
  _connection?: Connection
  /** The running sequence, and those that wait. */
  _queue?: object[]
  _fatalError?: unknown
}

/** A sequence of the driver. */
export interface Sequence {
  /** The statement of a `Query`, with its values filled in. */
  sql?: unknown
}

export interface Pool {
  config?: { connectionConfig?: SqlAddress }
  _freeConnections?: unknown[]
}
