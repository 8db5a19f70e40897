/** What we use of Hono. */

import type { AnyFunction } from '../../src/kit/index'

export interface Context {
  /** From `@hono/node-server`: the messages of Node. */
  env?: { incoming?: unknown }
  /** What an error handler was given. */
  error?: unknown
}

export type Next = () => Promise<void>

export interface Route {
  path: string
  /** `ALL` for `app.use`, `app.all` and `app.mount`. */
  method: string
}

export type Handler = AnyFunction & ((c: Context, next: Next) => unknown)
