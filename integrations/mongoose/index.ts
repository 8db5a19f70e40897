/**
 * mongoose: operations that wait for the connection keep the context of their caller. There are no spans of mongoose:
 * the driver's spans tell the same; all other operations keep their context by themselves.
 */

import { Caller, defineIntegration, type PatchTools } from '../../src/kit/index'

const VERSIONS = '>=6 <10'

/** An operation that waits: a function or the name of a method of the collection, and its arguments. */
type Entry = [method: unknown, args: unknown]

interface Collection {
  [method: string]: unknown
  queue?: Entry[]
}

export default defineIntegration({
  name: 'mongoose',
  doc: 'Keeps the context of operations that wait for a connection of mongoose; the spans come from `mongodb`.',
  targets: [
    // Nothing is patched in the main module: applications look there for the flag `__datadog_patch`.
    { module: 'mongoose', versions: VERSIONS, patch() {} },
    { module: 'mongoose', versions: VERSIONS, file: 'lib/collection.js', patch: patchCollection },
  ],
})

function patchCollection({ prototype }: { prototype: object }, tools: PatchTools): void {
  const callers = new WeakMap<Entry, Caller>()
  tools.wrap(prototype, 'addQueue', original => {
    return function (this: Collection): unknown {
      const result = Reflect.apply(original, this, arguments)
      const entry = this.queue?.at(-1)
      if (tools.state.enabled && Array.isArray(entry)) callers.set(entry, new Caller())
      return result
    }
  })
  tools.wrap(prototype, 'doQueue', original => {
    return function (this: Collection): unknown {
      tools.fenced(() => {
        // Replaced only here: mongoose finds an operation that has waited for too long by its method, and removes it.
        for (const entry of this.queue ?? []) bind(entry, callers.get(entry))
      })
      return Reflect.apply(original, this, arguments)
    }
  })
}

function bind(entry: Entry, caller: Caller | undefined): void {
  if (caller === undefined) return
  const [method] = entry
  entry[0] = function (this: Collection): unknown {
    const fn = typeof method === 'string' ? this[method] : method
    return caller.run(fn as () => unknown, this, arguments)
  }
}
