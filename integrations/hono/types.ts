/** The parts of Hono that the integration uses. */

import type { AnyFunction } from '../../src/kit/index'

export interface Context {
  /** Node's request and response, from `@hono/node-server`. */
  env?: { incoming?: unknown }
  /** Error that an error handler was given. */
  error?: unknown
}

export type Next = () => Promise<void>

export interface Route {
  path: string
  /** HTTP method; `ALL` for `app.use`, `app.all` and `app.mount`. */
  method: string
}

export type Handler = AnyFunction & ((c: Context, next: Next) => unknown)
