/** Events of queries, and DBM comments in their statements. */

import { CommandMark, type PatchTools } from '../../src/kit/index'
import { commentWhileSending } from '../../src/kit/sql/index'
import { driverOf } from './driver'

/** Wraps the class of queries. */
export function patchQuery({ prototype }: { prototype: object }, tools: PatchTools): void {
  tools.wrap(prototype, 'emit', original => {
    return function (this: object): unknown {
      const caller = CommandMark.callerOf(this)
      return caller === undefined
        ? Reflect.apply(original, this, arguments)
        : caller.run(original, this, arguments)
    }
  })
  commentWhileSending(prototype, 'sql', false, tools, driverOf(tools).spans)
}
