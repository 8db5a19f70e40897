/** What the files of one driver share once they are patched. */

import type { PatchTools } from '../../patch/types'
import { type PoolShape, SqlPools } from './pool'
import { type SqlNames, SqlSpans } from './spans'

export interface SqlDriver<Parameters> {
  readonly tools: PatchTools
  readonly spans: SqlSpans<Parameters>
  readonly pools: SqlPools<Parameters>
}

const drivers = new WeakMap<object, unknown>()

/** One for each integration and tracer: connections are told by it what their queries waited for in pools. */
export function sqlDriver<Parameters>(
  tools: PatchTools,
  names: SqlNames,
  shape: PoolShape<Parameters>,
): SqlDriver<Parameters> {
  const known = drivers.get(tools.state) as SqlDriver<Parameters> | undefined
  if (known !== undefined) return known
  const spans = new SqlSpans<Parameters>(tools, names)
  const driver = { tools, spans, pools: new SqlPools(tools, spans, shape) }
  drivers.set(tools.state, driver)
  return driver
}
