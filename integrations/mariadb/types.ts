/** The parts of mariadb's objects that the integration reads. They are internal, so nothing is sure to be there. */

import type { AnyFunction } from '../../src/kit/index'
import type { SqlAddress } from '../../src/kit/sql/index'

/** An internal connection of the driver; the public one stands in front of it. */
export interface Connection {
  opts?: SqlAddress
  addCommand?: AnyFunction
  status?: number
}

/** A command of the driver. */
export interface Command {
  sql?: unknown
  /** False for queries, true for commands of prepared statements. */
  binary?: unknown
  /** Prepared statement of a command that executes one: null until it is prepared. `Prepare` has no such field. */
  prepare?: unknown
  /** The command that will execute the statement of a `Prepare`, where both are sent together. */
  executeCommand?: unknown
}

/** An internal pool of the driver. */
export interface Pool {
  opts?: { connOptions?: SqlAddress }
  idleConnections?(): number
}
