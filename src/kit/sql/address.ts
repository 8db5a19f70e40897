/** Address of a connection, as the options of the drivers have it. */

import type { Tags } from '../../trace/site'

/** Address and database of a connection. */
export interface SqlAddress {
  database?: string
  user?: string
  host?: string
  port?: number
  /** Path of a Unix socket. */
  socketPath?: string
}

/** Address of a connection whose options are not known. */
export const NO_ADDRESS: SqlAddress = {}

/** Returns the connection tags, a new object for each span. */
export function addressTags({ database, user, host, port, socketPath }: SqlAddress): Tags {
  return {
    'db.name': database || undefined,
    'db.user': user || undefined,
    'out.host': socketPath || host,
    // The drivers have a default port even for a Unix socket, which has none.
    'network.destination.port': socketPath ? undefined : Number(port) || undefined,
  }
}
