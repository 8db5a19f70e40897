/** What the integration reads of mariadb's objects; nothing of it is sure to be there. */

import type { AnyFunction } from '../../src/kit/index'
import type { SqlAddress } from '../../src/kit/sql/index'

/** The driver's own connection; what applications hold stands in front of one. */
export interface Connection {
  opts?: SqlAddress
  addCommand?: AnyFunction
  status?: number
}

/** Of the driver: one thing to do on a connection. */
export interface Command {
  sql?: unknown
  /** Of queries: false; of what deals with prepared statements: true. */
  binary?: unknown
  /** Of what executes a prepared statement, null until it is prepared; `Prepare` has no such field. */
  prepare?: unknown
  /** Of `Prepare`: what will be executed, where it is sent along. */
  executeCommand?: unknown
}

/** The driver's own pool. */
export interface Pool {
  opts?: { connOptions?: SqlAddress }
  idleConnections?(): number
}
