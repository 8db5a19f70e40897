/** What we use of Connect. */

import type { AnyFunction } from '../../src/kit/index'

/** A function and the path that it was mounted under, without a slash at its end. */
export interface Layer {
  route: string
  handle: AnyFunction
}

export interface Application {
  (...args: unknown[]): unknown
  handle: AnyFunction
  stack: Layer[]
}
