/** What the integration reads of the driver's objects; nothing of it is sure to be there. */

/** Of the driver: `<db>.<collection>`; the collection is `$cmd` or absent for commands of a database. */
export interface Namespace {
  db?: unknown
  collection?: unknown
}

/** As the application, or the driver for it, wrote it; never changed. */
export type Command = Readonly<Record<string, unknown>>

export interface Connection {
  /** `<monitor>` where it only watches the server. */
  id?: unknown
  /** `host:port` of the other end, the path of a socket. */
  address?: unknown
  description?: { maxWireVersion?: unknown }
}

/** An answer as an object, or one whose fields are only read when they are asked for. */
export interface Reply {
  writeErrors?: unknown
  has?: unknown
  toObject?: unknown
}

export interface BulkOperation {
  s?: { namespace?: Namespace; collection?: { s?: { namespace?: Namespace } } }
}
