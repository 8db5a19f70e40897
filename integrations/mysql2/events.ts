/** Events of commands: listeners for rows, fields and the end run in the context in which the query was made. */

import { CommandMark, type PatchTools } from '../../src/kit/index'

/** Wraps `emit` of commands. */
export function patchEvents({ prototype }: { prototype: object }, tools: PatchTools): void {
  tools.wrap(prototype, 'emit', original => {
    return function (this: object, event: unknown, value: unknown): unknown {
      const caller = CommandMark.callerOf(this)
      if (caller === undefined) return Reflect.apply(original, this, arguments)
      if (event === 'error' || event === 'end') CommandMark.end(this, event === 'error', value)
      return caller.run(original, this, arguments)
    }
  })
}
