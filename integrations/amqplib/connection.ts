/** Keeps the sockets of connections, which outlive the code that opened the connection, out of its trace. */

import { type PatchTools, runInSpan, runWithBaggage } from '../../src/kit/index'
import { bindCallback, bindingCallback } from './bind-callback'

/** Opens connections outside of the active span: everything that the socket calls later would belong to that span. */
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
  tools.wrap(exports.Connection.prototype, 'closeBecause', original => bindingCallback(original, 2))
}
