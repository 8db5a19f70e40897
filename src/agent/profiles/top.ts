/** Ranks the functions of a profile by cost. */

import type { FunctionCost, ProfileTop } from '../api-types'
import { redactText } from '../intake/redact'
import type { ProfileFunction } from './pprof'
import type { Selected } from './selection'

/** Order of functions: by the samples on top of the stack, or anywhere on it. */
export type TopOrder = 'self' | 'total'

/** Returns the `limit` most expensive functions and endpoints. */
export function topOf({ about, samples, at }: Selected, limit: number, order: TopOrder): ProfileTop {
  const costs = new Map<ProfileFunction, FunctionCost>()
  const costOf = (frame: ProfileFunction): FunctionCost => {
    let cost = costs.get(frame)
    if (cost === undefined) {
      cost = { ...frame, self: 0, total: 0 }
      costs.set(frame, cost)
    }
    return cost
  }
  const endpoints = new Map<string, number>()
  for (const { stack, values, labels } of samples) {
    const value = values[at]
    costOf(stack[0]).self += value
    // Counted once for each sample, also where a function called itself.
    for (const frame of new Set(stack)) costOf(frame).total += value
    const endpoint = labels.get('trace endpoint')
    if (endpoint !== undefined) endpoints.set(endpoint, (endpoints.get(endpoint) ?? 0) + value)
  }
  const other = order === 'self' ? 'total' : 'self'
  const functions = [...costs.values()]
    .filter(({ total }) => total !== 0)
    .sort((a, b) => b[order] - a[order] || b[other] - a[other])
  return {
    ...about,
    functions: functions.slice(0, limit),
    functionCount: functions.length,
    endpoints: [...endpoints]
      .map(([endpoint, value]) => ({ endpoint: redactText(endpoint), value }))
      .sort((a, b) => b.value - a.value)
      .slice(0, limit),
  }
}
