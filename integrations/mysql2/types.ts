/** The parts of mysql2's objects that the integration reads. They are internal, so nothing is sure to be there. */

import type { AnyFunction } from '../../src/kit/index'
import type { SqlAddress } from '../../src/kit/sql/index'

/** A command of the driver. */
export interface Command {
  onResult?: unknown
  /** The statement of a `Query`, with its values filled in. */
  sql?: unknown
  /** Options of a `Query`. */
  _queryOptions?: object
  /** Options of an `Execute`. */
  _executeOptions?: object
  /** The prepared statement of an `Execute`; absent until it is prepared. */
  statement?: { query?: unknown }
  /** The statement of a `Prepare`. */
  query?: unknown
  /** The parameters that the server reported for a `Prepare`. */
  parameterDefinitions?: unknown
}

export interface Connection {
  config?: SqlAddress
  stream?: { once?: AnyFunction }
  /** The running command. */
  _command?: Command | null
  /** The waiting commands, in a queue of the driver. */
  _commands?: { length: number; get?(index: number): Command | undefined }
  _fatalError?: unknown
}

export interface Pool {
  config?: { connectionConfig?: SqlAddress }
  _freeConnections?: { length: number }
}
