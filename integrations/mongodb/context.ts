/** What waits for a server or a connection goes on where it began; what works for all belongs to nobody. */

import { type AnyFunction, Caller, type PatchTools, runInSpan } from '../../src/kit/index'

/** `prototype[name]` calls its last argument, where that is a function, as from its caller. */
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

/** `owner[name]` runs outside of any trace: sockets and timers that live on must not hold one. */
function detach(owner: object, name: string, tools: PatchTools): void {
  tools.wrap(owner, name, original => {
    return function (this: unknown): unknown {
      return runInSpan(undefined, original, this, tools.state.enabled ? bound(arguments) : arguments)
    }
  })
}

/** `lib/cmap/connection_pool.js`. */
export function patchPool(exports: { ConnectionPool: { prototype: object } }, tools: PatchTools): void {
  bindCallback(exports.ConnectionPool.prototype, 'checkOut', tools)
}

/** `lib/sdam/topology.js`. */
export function patchTopology({ Topology }: { Topology: { prototype: object } }, tools: PatchTools): void {
  // Its first argument may be a function too.
  tools.wrap(Topology.prototype, 'selectServer', original => {
    return function (this: unknown): unknown {
      const waits = tools.state.enabled && arguments.length > 1
      return Reflect.apply(original, this, waits ? bound(arguments) : arguments)
    }
  })
}

/** `lib/cmap/connect.js`. */
export function patchConnect(exports: object, tools: PatchTools): void {
  detach(exports, 'connect', tools)
}

/** `lib/sdam/monitor.js`. */
export function patchMonitor({ Monitor }: { Monitor: { prototype: object } }, tools: PatchTools): void {
  detach(Monitor.prototype, 'connect', tools)
}
