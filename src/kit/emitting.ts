/** Wraps the `emit` of a prototype that inherits it. */

import type { PatchTools } from '../patch/types'
import type { AnyFunction } from '../patch/wrap'

/** Where the wrapped `emit` is to be found at each call. */
export interface Emitting {
  emit: AnyFunction
}

/**
 * Emitters of Node.js inherit `emit` from EventEmitter, where others replace it later than we come (the module
 * `domain`): the wrapper gets the place to look it up rather than what is there now.
 */
export function wrapEmit(
  prototype: object,
  tools: PatchTools,
  wrapper: (inner: Emitting) => AnyFunction,
): void {
  const inherited = !Object.hasOwn(prototype, 'emit')
  tools.wrap(prototype, 'emit', original =>
    wrapper(inherited ? (Object.getPrototypeOf(prototype) as Emitting) : { emit: original }),
  )
}
