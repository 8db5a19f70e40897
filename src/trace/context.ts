/** The active span of the running code: one AsyncLocalStorage whose store is the span itself. */

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Channel } from 'node:diagnostics_channel'
import type { Span } from './span'

const storage = new AsyncLocalStorage<Span | undefined>()

/** The active span, if there is one. */
export function active(): Span | undefined {
  return storage.getStore()
}

/** Runs `fn.apply(self, args)` with `span` active; undefined = no active span. */
export function run<This, Args extends readonly unknown[], Result>(
  span: Span | undefined,
  fn: (this: This, ...args: Args) => Result,
  self: This,
  args: Args | IArguments,
): Result {
  return storage.run(span, Reflect.apply, fn, self, args as Args) as Result
}

/**
 * Makes the span that `choose` answers for a message the active one in what a library runs around its channel
 * (`channel.runStores`). `choose` must not throw. Returns what undoes it.
 */
export function bindChannel(channel: Channel, choose: (message: unknown) => Span | undefined): () => void {
  channel.bindStore(storage, choose)
  return () => channel.unbindStore(storage)
}
