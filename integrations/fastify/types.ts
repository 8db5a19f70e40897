/** The parts of Fastify that the integration uses. */

import type { ServerResponse } from 'node:http'
import type { AnyFunction } from '../../src/kit/index'

/** Context that Fastify keeps for a route and passes to its router. */
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

/** Engine that `middie` creates for an application. */
export interface Engine {
  use(url: unknown, middleware?: unknown): unknown
}

export type MakeEngine = (this: unknown, complete: AnyFunction, options?: object) => Engine
