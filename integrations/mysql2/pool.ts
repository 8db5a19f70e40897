/** Pools, and clusters of them. */

import type { Driver } from './driver'

type Class = { prototype: object }

export function patchPool({ prototype }: Class, { pools }: Driver): void {
  pools.wrapQuery(prototype, 'query')
  pools.wrapQuery(prototype, 'execute')
  pools.wrapAcquire(prototype, 'getConnection')
}

/** What a cluster gives for a pattern is of a class that it does not export: the first one tells. */
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
