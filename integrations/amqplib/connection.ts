/** Connections live longer than the code that opens them. */

import { type PatchTools, runInSpan, runWithBaggage } from '../../src/kit/index'
import { bindCallback, callingBack } from './called-back'

/** A connection must not belong to the span that it was opened in for as long as it lives. */
export function patchConnect(exports: object, tools: PatchTools): void {
  tools.wrap(exports, 'connect', original => {
    return function (this: unknown, ...args: unknown[]): unknown {
      return runWithBaggage(undefined, runInSpan, undefined, [
        undefined,
        original,
        this,
        bindCallback(args, 2),
      ])
    }
  })
}

export function patchConnection(exports: { Connection: { prototype: object } }, tools: PatchTools): void {
  tools.wrap(exports.Connection.prototype, 'closeBecause', original => callingBack(original, 2))
}
