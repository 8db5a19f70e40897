/** Pools of clients. Their methods return promises unless they are given a callback. */

import type { AnyFunction, PatchTools } from '../../src/kit/index'
import { type Driver, driverOf } from './driver'
import type { Pool } from './types'

/** Wraps the class of pools. */
export function patchPool({ prototype }: { prototype: object }, tools: PatchTools): void {
  const { pools } = driverOf(tools)
  // `query` gets its client by `connect(callback)`.
  pools.wrapQuery(prototype, 'query')
  pools.wrapAcquire(prototype, 'connect', (pool, original) => promised(pool, original, pools, tools))
}

/**
 * Calls `connect` of a pool that returns a promise. pg-pool creates it with `new this.Promise(…)`. For the duration of
 * the call that class is replaced by a proxy whose executor reports the outcome. The application's promise keeps its
 * class and settles in the same tick, and an unhandled rejection stays unhandled.
 */
function promised(pool: Pool, connect: AnyFunction, pools: Driver['pools'], tools: PatchTools): unknown {
  const Original = pool.Promise
  if (typeof Original !== 'function') return connect.call(pool)
  let ended: (failed: boolean, error: unknown) => void = () => {}
  tools.fenced(() => {
    ended = pools.startAcquisition(pool)
  })
  const Watching: typeof Original = new Proxy(Original, {
    construct(target, [executor], newTarget) {
      const watched: AnyFunction = (resolve: AnyFunction, reject: AnyFunction) =>
        executor(
          (client: unknown) => {
            tools.fenced(() => ended(false, undefined))
            resolve(client)
          },
          (error: unknown) => {
            tools.fenced(() => ended(true, error))
            reject(error)
          },
        )
      return Reflect.construct(target, [watched], newTarget === Watching ? target : newTarget)
    },
  })
  pool.Promise = Watching
  try {
    return connect.call(pool)
  } finally {
    pool.Promise = Original
  }
}
