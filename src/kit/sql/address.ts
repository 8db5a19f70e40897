/** Where a connection goes, as the drivers of MySQL have it in their options. */

import type { Tags } from '../../trace/site'

export interface SqlAddress {
  database?: string
  user?: string
  host?: string
  port?: number
  /** Of a socket in the file system. */
  socketPath?: string
}

export const NO_ADDRESS: SqlAddress = {}

/** A fresh literal. */
export function addressTags({ database, user, host, port, socketPath }: SqlAddress): Tags {
  return {
    'db.name': database || undefined,
    'db.user': user || undefined,
    'out.host': socketPath || host,
    // The drivers have a port for everything; a socket in the file system has none.
    'network.destination.port': socketPath ? undefined : Number(port) || undefined,
  }
}
