/** Pools: what waits for a client goes on where it was asked for, not where some other request gave the client back. */

import { Caller, type PatchTools } from '../../src/kit/index'

/** `pool.query()` waits by `connect()` as well. Promises need nothing: they go on where they are awaited. */
export function patchPool(prototype: object, tools: PatchTools): void {
  tools.wrap(prototype, 'connect', original => {
    return function (this: unknown, callback: unknown): unknown {
      if (typeof callback !== 'function' || !tools.state.enabled)
        return Reflect.apply(original, this, arguments)
      const caller = new Caller()
      return original.call(this, function (this: unknown): unknown {
        return caller.run(callback as Parameters<Caller['run']>[0], this, arguments)
      })
    }
  })
}
