/** What we use of restify. */

import type { AnyFunction, PathPattern } from '../../src/kit/index'

export interface Route {
  path?: PathPattern
  spec?: { path?: PathPattern }
}

export interface Request {
  route?: Route
}

/** Functions that a request passes one after the other, since restify 7. */
export interface Chain {
  _stack?: AnyFunction[]
}
