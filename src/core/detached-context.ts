/** Leaves the application's async context: nothing of the tracer may keep a request of the application alive. */

import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Calls `fn(...args)` in the context in which the tracer was loaded. Sockets, timers and promises that it makes hold
 * none of the stores of the running request, so they neither leak it nor continue its trace.
 */
export const runDetached: <Args extends unknown[], Result>(
  fn: (...args: Args) => Result,
  ...args: Args
) => Result = AsyncLocalStorage.snapshot()
