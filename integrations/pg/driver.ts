/** Names of pg's spans, access to its pools, and the span of one query. */

import type { Span, Tags } from '../../src/kit/index'
import {
  NO_ADDRESS,
  type PoolShape,
  type SqlAddress,
  type SqlComment,
  type SqlDriver,
  type SqlNames,
  sqlDriver,
} from '../../src/kit/sql/index'
import type { Client, Pool, Query } from './types'

const NAMES: SqlNames = {
  query: { v0: 'pg.query', v1: 'postgresql.query' },
  acquire: { v0: 'pg.pool.acquire', v1: 'postgresql.pool.acquire' },
  type: 'postgres',
  serviceSuffix: 'postgres',
}

const POOLS: PoolShape<SqlAddress> = {
  // Waiting callers will take the idle clients.
  isBusy: (pool: Pool) => (pool._idle?.length ?? 0) <= (pool._pendingQueue?.length ?? 0),
  parameters: addressOf,
  tags: address => tagsOf(address, undefined, undefined),
  sql: argument => (typeof argument === 'object' ? (argument as { text?: unknown } | null)?.text : argument),
}

/** State that the patched files of pg share. */
export type Driver = SqlDriver<SqlAddress>

/** Finds the state that both kinds of clients and the pools share. */
export const driverOf = sqlDriver(NAMES, POOLS)

/** Starts the span of a query. */
export function startQuery({ spans, pools }: Driver, client: Client, query: Query): Span {
  const address = client.connectionParameters ?? NO_ADDRESS
  const source = query.cursor ?? query
  const tags = tagsOf(
    address,
    client.processID ?? undefined,
    typeof source.read === 'function' ? 1 : undefined,
  )
  return spans.query(source.text, tags, address, pools.takeWait())
}

/** Returns one literal for all tags of pg: two more stores into that of `addressTags` cost 20 ns and an allocation. */
function tagsOf(
  { database, user, host, port }: SqlAddress,
  processId: number | undefined,
  isStream: 1 | undefined,
): Tags {
  return {
    'db.name': database || undefined,
    'db.user': user || undefined,
    'out.host': host || undefined,
    'network.destination.port': Number(port) || undefined,
    'db.pid': processId,
    'db.stream': isStream,
  }
}

/** Returns the comment for the statement of `query`; undefined if comments are off. */
export function commentOn({ spans }: Driver, span: Span, query: Query): SqlComment | undefined {
  return spans.comment(span, typeof query.name === 'string' && query.name !== '')
}

/** Returns the address of a pool: that of a client, which includes defaults, or that in the pool's options. */
function addressOf({ _clients, options }: Pool): SqlAddress {
  return _clients?.[0]?.connectionParameters ?? parsed(options?.connectionString) ?? options ?? NO_ADDRESS
}

function parsed(url: unknown): SqlAddress | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined
  const { hostname, port, username, pathname } = new URL(url)
  return {
    database: decodeURIComponent(pathname.slice(1)),
    user: decodeURIComponent(username),
    host: hostname,
    port: Number(port) || undefined,
  }
}
