/** The parts of restify that the integration uses. */

import type { AnyFunction } from '../../src/kit/index'
import type { PathPattern } from '../../src/kit/web/index'

export interface Route {
  path?: PathPattern
  spec?: { path?: PathPattern }
}

export interface Request {
  route?: Route
}

/** Handlers that a request passes one after the other; since restify 7. */
export interface Chain {
  _stack?: AnyFunction[]
}
