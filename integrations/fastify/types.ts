/** What we use of Fastify. */

import type { ServerResponse } from 'node:http'
import type { AnyFunction } from '../../src/kit/index'

/** What Fastify keeps for a route, and hands to its router. */
export interface RouteContext {
  config: { url?: unknown }
  Reply: unknown
  Request: unknown
}

export interface Reply {
  raw: ServerResponse
  sent: boolean
  [isError: symbol]: unknown
}

/** What `middie` makes for an application. */
export interface Engine {
  use(url: unknown, middleware?: unknown): unknown
}

export type MakeEngine = (this: unknown, complete: AnyFunction, options?: object) => Engine
