/** Commands as emitters: what listens to rows, fields and the end runs where the query was made. */

import { CommandMark, type PatchTools } from '../../src/kit/index'

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
