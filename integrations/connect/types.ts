/** The parts of Connect that the integration uses. */

import type { AnyFunction } from '../../src/kit/index'

/** A function, and the path under which it is mounted, without a slash at its end. */
export interface Layer {
  route: string
  handle: AnyFunction
}

export interface Application {
  (...args: unknown[]): unknown
  handle: AnyFunction
  stack: Layer[]
}
