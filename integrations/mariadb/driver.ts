/** Names of mariadb's spans, and access to its pools. */

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
  query: 'mariadb.query',
  acquire: 'mariadb.pool.acquire',
  type: 'mariadb',
  serviceSuffix: 'mariadb',
  waitTag: 'mariadb.pool.wait_time',
}

const POOLS: PoolShape<SqlAddress> = {
  isBusy: (pool: Pool) => pool.idleConnections?.() === 0,
  parameters: (pool: Pool) => pool.opts?.connOptions ?? NO_ADDRESS,
  tags: addressTags,
  sql: argument => (typeof argument === 'object' ? (argument as { sql?: unknown } | null)?.sql : argument),
}

/** State that the patched files of mariadb share. */
export type Driver = SqlDriver<SqlAddress>

/** Finds the state of the integration. */
export const driverOf = sqlDriver(NAMES, POOLS)
