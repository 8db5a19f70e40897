/** What we use of Koa and its routers. */

import type { IncomingMessage } from 'node:http'
import type { AnyFunction } from '../../src/kit/index'
import type { PathPattern } from '../../src/kit/web/index'

export interface Context {
  req: IncomingMessage
  path: string
  method: string
  originalUrl?: string
  /** Layers of routers whose path fits, put there by the routers. */
  matched?: Layer[]
}

export interface Application {
  middleware?: AnyFunction[]
}

/** A path of a router with the functions for it; no methods = middleware of the router. */
export interface Layer {
  path: PathPattern
  methods: readonly string[]
  stack: AnyFunction[]
}

/** What a router finds for a request. */
export interface Match {
  path: Layer[]
  pathAndMethod: Layer[]
}
