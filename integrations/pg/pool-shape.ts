/** What pg-pool's pools tell about themselves. */

import type { PoolShape } from '../../src/kit/sql/index'
import type { ConnectionParameters, Pool } from './types'

const NONE: ConnectionParameters = {}

export const poolShape: PoolShape<ConnectionParameters> = {
  // Those who wait already will take the idle ones.
  isBusy: (pool: Pool) => (pool._idle?.length ?? 0) <= (pool._pendingQueue?.length ?? 0),
  parameters: parametersOf,
  tags: ({ database, user, host, port }) => ({
    'db.name': database ?? undefined,
    'db.user': user ?? undefined,
    'out.host': host ?? undefined,
    'network.destination.port': Number(port) || undefined,
  }),
  sql: argument => (typeof argument === 'object' ? (argument as { text?: unknown } | null)?.text : argument),
}

/** A client knows them all, defaults included; without one there are only the options. */
function parametersOf({ _clients, options }: Pool): ConnectionParameters {
  return _clients?.[0]?.connectionParameters ?? parsed(options?.connectionString) ?? options ?? NONE
}

function parsed(address: unknown): ConnectionParameters | undefined {
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined
  const { hostname, port, username, pathname } = new URL(address)
  return {
    database: decodeURIComponent(pathname.slice(1)),
    user: decodeURIComponent(username),
    host: hostname,
    port: Number(port) || undefined,
  }
}
