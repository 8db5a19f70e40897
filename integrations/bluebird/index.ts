/** bluebird: handlers of a promise run in the context in which each was added, not in the one that settled it. */

import { type AnyFunction, Caller, defineIntegration, type PatchTools } from '../../src/kit/index'

type Library = AnyFunction & { prototype: object }

/** Methods of promises and of the class that keep a function until there are values to call it with. */
const KEEPING = ['map', 'filter', 'reduce', 'each', 'mapSeries', 'using']

function patchLibrary(library: Library, tools: PatchTools): void {
  // `then`, `catch`, `finally`, `spread`, `nodeify` and the like all add their handlers here: two, and in version 2 a
  // third for progress. The callback of `nodeify` is called by a handler.
  bindArguments(library.prototype, '_then', tools, 3)
  for (const name of KEEPING) {
    bindArguments(library, name, tools)
    bindArguments(library.prototype, name, tools)
  }
  // Sequelize has a copy of its own.
  tools.wrap(library, 'getNewLibraryCopy', original => {
    return function (this: unknown): unknown {
      const copy = Reflect.apply(original, this, arguments)
      tools.fenced(() => patchLibrary(copy as Library, tools))
      return copy
    }
  })
}

/** Wraps a method so that functions among its first `count` arguments run in the caller's context. */
function bindArguments(
  owner: object,
  name: string,
  tools: PatchTools,
  count = Number.POSITIVE_INFINITY,
): void {
  tools.wrap(owner, name, original => {
    return function (this: unknown, ...args: unknown[]): unknown {
      if (tools.state.enabled) {
        const caller = new Caller()
        const last = Math.min(count, args.length)
        for (let index = 0; index < last; index++) args[index] = bound(caller, args[index])
      }
      return Reflect.apply(original, this, args)
    }
  })
}

function bound(caller: Caller, handler: unknown): unknown {
  // This function is bluebird's own, and bluebird compares it by identity.
  if (typeof handler !== 'function' || handler.name === 'reflectHandler') return handler
  return function (this: unknown): unknown {
    return caller.run(handler as AnyFunction, this, arguments)
  }
}

export default defineIntegration({
  name: 'bluebird',
  doc: 'Keeps the context of handlers of bluebird promises. No spans.',
  targets: [{ module: 'bluebird', versions: '>=2.0.2 <4', patch: patchLibrary }],
})
