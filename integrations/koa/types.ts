/** The parts of Koa and its routers that the integration uses. */

import type { IncomingMessage } from 'node:http'
import type { AnyFunction } from '../../src/kit/index'
import type { PathPattern } from '../../src/kit/web/index'

export interface Context {
  req: IncomingMessage
  path: string
  method: string
  originalUrl?: string
  /** Layers with a matching path, set by the routers. */
  matched?: Layer[]
}

export interface Application {
  middleware?: AnyFunction[]
}

/** A path of a router with its functions; a layer without methods is middleware of the router. */
export interface Layer {
  path: PathPattern
  methods: readonly string[]
  stack: AnyFunction[]
}

/** Layers that a router finds for a request. */
export interface Match {
  path: Layer[]
  pathAndMethod: Layer[]
}
