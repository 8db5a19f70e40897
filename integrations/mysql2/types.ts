/** What the integration reads of mysql2's objects; nothing of it is sure to be there. */

import type { AnyFunction } from '../../src/kit/index'
import type { SqlAddress } from '../../src/kit/sql/index'

/** Of the driver: one thing to do on a connection. */
export interface Command {
  onResult?: unknown
  /** Of `Query`: the statement with its values filled in. */
  sql?: unknown
  /** Of `Query`. */
  _queryOptions?: object
  /** Of `Execute`. */
  _executeOptions?: object
  /** Of `Execute`; absent until it is prepared. */
  statement?: { query?: unknown }
  /** Of `Prepare`: the statement. */
  query?: unknown
  /** Of `Prepare`. */
  parameterDefinitions?: unknown
}

export interface Connection {
  config?: SqlAddress
  stream?: { once?: AnyFunction }
  /** The command that is being worked on. */
  _command?: Command | null
  /** Those that wait for it: a queue of the driver's. */
  _commands?: { length: number; get?(index: number): Command | undefined }
  _fatalError?: unknown
}

export interface Pool {
  config?: { connectionConfig?: SqlAddress }
  _freeConnections?: { length: number }
}
