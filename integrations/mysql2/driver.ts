/** Names of mysql2's spans, and access to its pools. */

import {
  addressTags,
  NO_ADDRESS,
  type PoolShape,
  type SqlAddress,
  type SqlDriver,
  type SqlNames,
  sqlDriver,
} from '../../src/kit/sql/index'
import type { Pool } from './types'

const NAMES: SqlNames = {
  query: 'mysql.query',
  acquire: 'mysql2.pool.acquire',
  type: 'mysql',
  serviceSuffix: 'mysql',
  waitTag: 'mysql2.pool.wait_time',
}

const POOLS: PoolShape<SqlAddress> = {
  isBusy: (pool: Pool) => pool._freeConnections?.length === 0,
  parameters: (pool: Pool) => pool.config?.connectionConfig ?? NO_ADDRESS,
  tags: addressTags,
  sql: argument => (typeof argument === 'object' ? (argument as { sql?: unknown } | null)?.sql : argument),
}

/** State that the patched files of mysql2 share. */
export type Driver = SqlDriver<SqlAddress>

/** Finds the state of the integration. */
export const driverOf = sqlDriver(NAMES, POOLS)
