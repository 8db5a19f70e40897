/** Pools: the driver's own, and the ones that applications hold, which stand in front of those. */

import { type AnyFunction, endWithResult, type PatchTools } from '../../src/kit/index'
import { NO_ADDRESS } from '../../src/kit/sql/index'
import { driverOf } from './driver'

type Methods = Record<string, AnyFunction | undefined>

/** The driver's own. Those of the first versions promise, and need nothing: promises keep the context. */
export function patchInnerPool({ prototype }: { prototype: object }, tools: PatchTools): void {
  if (callsBack(prototype)) driverOf(tools).pools.wrapAcquire(prototype, 'getConnection', undefined, 1)
}

/** `getConnection(parameters, callback)`; a promise is made of nothing. */
function callsBack(prototype: object): boolean {
  return (prototype as Methods).getConnection?.length === 2
}

/** The application's; `inner` is the class of what is behind. */
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

/** Neither the promise nor the pool tells where the connection goes. */
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
