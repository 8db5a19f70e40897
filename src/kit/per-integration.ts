/** Values that the patched files of one integration share. */

import type { IntegrationState } from '../patch/state'
import type { PatchTools } from '../patch/types'

/**
 * Returns a function that calls `make` once for each integration of each tracer, and returns that value again from then
 * on. A process has one tracer; tests make several, and no state may go from one to the other.
 */
export function perIntegration<Value extends object>(
  make: (tools: PatchTools) => Value,
): (tools: PatchTools) => Value {
  const values = new WeakMap<IntegrationState, Value>()
  return tools => {
    let value = values.get(tools.state)
    if (value === undefined) {
      value = make(tools)
      values.set(tools.state, value)
    }
    return value
  }
}
