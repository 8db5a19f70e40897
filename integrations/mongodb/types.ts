/** The parts of the driver's objects that the integration reads; any of these can be missing. */

/** Namespace of the driver: `<db>.<collection>`; the collection is `$cmd` or absent for commands of a database. */
export interface Namespace {
  db?: unknown
  collection?: unknown
}

/** A command as the application, or the driver for it, wrote it; never changed. */
export type Command = Readonly<Record<string, unknown>>

export interface Connection {
  /** `<monitor>` for a connection that only monitors the server. */
  id?: unknown
  /** `host:port` of the server, or the path of a socket. */
  address?: unknown
  description?: { maxWireVersion?: unknown }
}

/** An answer: an object, or one whose fields are parsed when they are read. */
export interface Reply {
  writeErrors?: unknown
  has?: unknown
  toObject?: unknown
}

export interface BulkOperation {
  s?: { namespace?: Namespace; collection?: { s?: { namespace?: Namespace } } }
}
