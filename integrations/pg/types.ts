/** The parts of pg's objects that the integration reads. They are internal, so nothing is sure to be there. */

import type { AnyFunction } from '../../src/kit/index'
import type { SqlAddress } from '../../src/kit/sql/index'

export interface Client {
  connectionParameters?: SqlAddress
  /** Id of the server's process; null until the server has sent it. */
  processID?: number | null
  /** False once the connection broke. */
  _queryable?: boolean
  /** True once `end()` was called. */
  _ending?: boolean
  _queryQueue?: Query[]
  /** The queue until 8.15; from then on a getter that warns. */
  queryQueue?: Query[]
}

/** A query that was passed to `client.query()`: an object of pg's own class, a cursor, a stream. */
export interface Query {
  text?: unknown
  /** Name of a prepared statement. */
  name?: unknown
  callback?: unknown
  /** The cursor that a stream of pg-query-stream reads from. */
  cursor?: { text?: unknown; read?: unknown }
  /** Method of cursors and streams only. */
  read?: unknown
  submit?: AnyFunction
  /** Called by the client in JavaScript when the query is done. The native client has no such method. */
  handleReadyForQuery?: AnyFunction
  handleError?: AnyFunction
  /** Error of parsing a row, which `handleReadyForQuery` will report. */
  _canceledDueToError?: unknown
}

/** A pool of pg-pool. */
export interface Pool {
  /** Class of the promises that the methods return. */
  Promise?: AnyFunction
  options?: SqlAddress & { connectionString?: unknown }
  _clients?: Client[]
  _idle?: unknown[]
  _pendingQueue?: unknown[]
}
