/** Pools, and clusters of pools. */

import type { Driver } from './driver'

type Class = { prototype: object }

/** Wraps the class of pools. */
export function patchPool({ prototype }: Class, { pools }: Driver): void {
  pools.wrapQuery(prototype, 'query')
  pools.wrapQuery(prototype, 'execute')
  pools.wrapAcquire(prototype, 'getConnection')
}

/** Patches clusters. Their namespaces are of a class that is not exported; it is found by its first instance. */
export function patchCluster({ prototype }: Class, { tools, pools }: Driver): void {
  tools.wrap(prototype, 'of', original => {
    return function (this: unknown): unknown {
      const namespace = Reflect.apply(original, this, arguments) as object
      tools.fenced(() => {
        const methods = Object.getPrototypeOf(namespace) as object
        pools.wrapQuery(methods, 'query')
        pools.wrapQuery(methods, 'execute')
        pools.wrapCluster(methods, 'getConnection')
      })
      return namespace
    }
  })
}
