/** Requests that wait for a server or a connection keep their context; connections and monitors belong to no trace. */

import { type AnyFunction, Caller, type PatchTools, runInSpan } from '../../src/kit/index'

/** Wraps `prototype[name]` so that a function as its last argument runs in the caller's context. */
function bindCallback(prototype: object, name: string, tools: PatchTools): void {
  tools.wrap(prototype, name, original => {
    return function (this: unknown): unknown {
      return Reflect.apply(original, this, tools.state.enabled ? bound(arguments) : arguments)
    }
  })
}

function bound(given: IArguments): unknown[] {
  const args = [...given]
  const callback = args.at(-1)
  if (typeof callback === 'function') {
    const caller = new Caller()
    args[args.length - 1] = function (this: unknown): unknown {
      return caller.run(callback as AnyFunction, this, arguments)
    }
  }
  return args
}

/** Wraps `owner[name]` to run outside of any trace, which sockets and timers that live on would hold. */
function detach(owner: object, name: string, tools: PatchTools): void {
  tools.wrap(owner, name, original => {
    return function (this: unknown): unknown {
      return runInSpan(undefined, original, this, tools.state.enabled ? bound(arguments) : arguments)
    }
  })
}

/** Patches `lib/cmap/connection_pool.js`. */
export function patchPool(exports: { ConnectionPool: { prototype: object } }, tools: PatchTools): void {
  bindCallback(exports.ConnectionPool.prototype, 'checkOut', tools)
}

/** Patches `lib/sdam/topology.js`. */
export function patchTopology({ Topology }: { Topology: { prototype: object } }, tools: PatchTools): void {
  // Its first argument may be a function too.
  tools.wrap(Topology.prototype, 'selectServer', original => {
    return function (this: unknown): unknown {
      const waits = tools.state.enabled && arguments.length > 1
      return Reflect.apply(original, this, waits ? bound(arguments) : arguments)
    }
  })
}

/** Patches `lib/cmap/connect.js`. */
export function patchConnect(exports: object, tools: PatchTools): void {
  detach(exports, 'connect', tools)
}

/** Patches `lib/sdam/monitor.js`. */
export function patchMonitor({ Monitor }: { Monitor: { prototype: object } }, tools: PatchTools): void {
  detach(Monitor.prototype, 'connect', tools)
}
