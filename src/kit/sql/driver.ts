/** State that the patched files of one driver share. */

import type { PatchTools } from '../../patch/types'
import { perIntegration } from '../per-integration'
import { type PoolShape, SqlPools } from './pool'
import { type SqlNames, SqlSpans } from './spans'

/** The spans and the pools of one driver. */
export interface SqlDriver<Parameters> {
  readonly tools: PatchTools
  readonly spans: SqlSpans<Parameters>
  readonly pools: SqlPools<Parameters>
}

/**
 * Returns a function that finds the state of an integration. Pools and connections share it, since a pool tells the
 * connection how long a query has waited.
 */
export function sqlDriver<Parameters>(
  names: SqlNames,
  shape: PoolShape<Parameters>,
): (tools: PatchTools) => SqlDriver<Parameters> {
  return perIntegration(tools => {
    const spans = new SqlSpans<Parameters>(tools, names)
    return { tools, spans, pools: new SqlPools(tools, spans, shape) }
  })
}
