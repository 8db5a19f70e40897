/**
 * mongoose: what waits for the connection is done where it was asked for. There are no spans: those of the driver below
 * tell all; and everything else keeps its context by itself.
 */

import { Caller, defineIntegration, type PatchTools } from '../../src/kit/index'

const VERSIONS = '>=6 <10'

/** What waits: a function or the name of a method of the collection, and its arguments. */
type Entry = [method: unknown, args: unknown]

interface Collection {
  [method: string]: unknown
  queue?: Entry[]
}

export default defineIntegration({
  name: 'mongoose',
  doc: 'Context of operations that wait for a connection of mongoose; their spans are those of `mongodb`.',
  targets: [
    // Nothing to patch in it: applications look here for the flag.
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
        // Not before: what has waited for too long is found by its method, and taken out.
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
