/** Wrapping of `emit` on prototypes of Node.js, most of which inherit it from EventEmitter. */

import type { PatchTools } from '../patch/types'
import type { AnyFunction } from '../patch/wrap'

/** Object on which a wrapper looks up the wrapped `emit` at each call. */
export interface Emitting {
  emit: AnyFunction
}

/**
 * Wraps `emit` on `prototype`. An inherited `emit` is looked up at each call, not once: the module `domain` replaces
 * that of EventEmitter, possibly after the tracer has started.
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
