/** Pools: internal ones of the driver, and a public one in front of each. */

import { type AnyFunction, endWithResult, type PatchTools } from '../../src/kit/index'
import { NO_ADDRESS } from '../../src/kit/sql/index'
import { driverOf } from './driver'

type Methods = Record<string, AnyFunction | undefined>

/** Patches internal pools. Those of the first versions return promises, which keep the context by themselves. */
export function patchInnerPool({ prototype }: { prototype: object }, tools: PatchTools): void {
  if (callsBack(prototype)) driverOf(tools).pools.wrapAcquire(prototype, 'getConnection', undefined, 1)
}

/**
 * Returns true for versions whose inner `getConnection` takes `(parameters, callback)`; promise-returning versions take
 * no arguments.
 */
function callsBack(prototype: object): boolean {
  return (prototype as Methods).getConnection?.length === 2
}

/** Patches public pools; `inner` is the class of internal pools. */
export function patchPool(
  { prototype }: { prototype: object },
  inner: { prototype: object },
  tools: PatchTools,
): void {
  if (callsBack(inner.prototype)) {
    const { pools } = driverOf(tools)
    for (const name of ['query', 'execute', 'batch']) pools.wrapQuery(prototype, name)
  } else patchPromised(prototype, tools)
}

/**
 * Wraps `getConnection` of pools that return promises, with a span that has no address: neither promise nor pool has
 * it.
 */
function patchPromised(prototype: object, tools: PatchTools): void {
  const { spans } = driverOf(tools)
  tools.wrap(prototype, 'getConnection', original => {
    return function (this: unknown): unknown {
      const promise = Reflect.apply(original, this, arguments)
      if (!tools.state.enabled || !(promise instanceof Promise)) return promise
      return endWithResult(spans.acquire(), promise, (span, error) => {
        spans.acquired(span, {}, NO_ADDRESS, error !== undefined, error)
      })
    }
  })
}
