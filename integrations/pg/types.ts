/** What the integration reads of pg's objects; nothing of it is sure to be there. */

import type { AnyFunction } from '../../src/kit/index'
import type { SqlAddress } from '../../src/kit/sql/index'

export interface Client {
  connectionParameters?: SqlAddress
  /** Of the server's process; null until it has told. */
  processID?: number | null
  /** False once the connection broke. */
  _queryable?: boolean
  /** True once `end()` was called. */
  _ending?: boolean
  _queryQueue?: Query[]
  /** Until 8.15; a getter that warns from then on. */
  queryQueue?: Query[]
}

/** Anything that can be handed to `client.query()` and has been: pg's own class, a cursor, a stream. */
export interface Query {
  text?: unknown
  /** Of a prepared statement. */
  name?: unknown
  callback?: unknown
  /** pg-query-stream: what it reads from. */
  cursor?: { text?: unknown; read?: unknown }
  /** Only cursors and streams have one. */
  read?: unknown
  submit?: AnyFunction
  /** Client in JavaScript: the query is done. The native client has no such method. */
  handleReadyForQuery?: AnyFunction
  handleError?: AnyFunction
  /** A row could not be parsed: what `handleReadyForQuery` will report as the error. */
  _canceledDueToError?: unknown
}

/** Of pg-pool. */
export interface Pool {
  /** The class of what its methods return. */
  Promise?: AnyFunction
  options?: SqlAddress & { connectionString?: unknown }
  _clients?: Client[]
  _idle?: unknown[]
  _pendingQueue?: unknown[]
}
