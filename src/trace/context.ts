/** The active span of the running code: one AsyncLocalStorage whose store is the span itself. */

import { AsyncLocalStorage, executionAsyncId } from 'node:async_hooks'
import type { Channel } from 'node:diagnostics_channel'
import type { Span } from './span'

/** Exported for the profiler, whose signal handler reads the store out of the async context. */
export const storage = new AsyncLocalStorage<Span | undefined>()

/** Called with the span that becomes active; undefined without a profiler that asks, which costs one check. */
let onSwitch: ((span: Span | undefined) => void) | undefined

/**
 * Calls `tell` with the span that becomes active at each `runInSpan` and at its end; undefined stops that. `tell`
 * must not throw. Callbacks that the event loop starts (async_hooks reports those) and the end of a channel's scope
 * are not told.
 */
export function followSwitches(tell: ((span: Span | undefined) => void) | undefined): void {
  onSwitch = tell
}

/** Returns the active span; undefined without one. */
export function activeSpan(): Span | undefined {
  return storage.getStore()
}

/** Runs `fn.apply(self, args)` with `span` active; undefined = no active span. */
export function runInSpan<This, Args extends readonly unknown[], Result>(
  span: Span | undefined,
  fn: (this: This, ...args: Args) => Result,
  self: This,
  args: Args | IArguments,
): Result {
  const tell = onSwitch
  const outer = tell === undefined ? undefined : storage.getStore()
  if (tell !== undefined) tell(span)
  let isThrown = true
  // Nothing is caught: rethrown, the error would be printed with the tracer's line of source in place of the
  // application's.
  try {
    const result = storage.run(span, Reflect.apply, fn, self, args as Args) as Result
    isThrown = false
    return result
  } finally {
    if (isThrown) threw(span)
    if (tell !== undefined) onSwitch?.(outer)
  }
}

/**
 * The outermost span that the last exception left, and the callback it was thrown in; it may have been caught since.
 */
let thrownSpan: Span | undefined
let thrownAsyncId = 0

function threw(span: Span | undefined): void {
  thrownSpan = span
  thrownAsyncId = executionAsyncId()
}

/** Returns the outermost span whose code an exception left last, if that was in the callback `asyncId`. */
export function lastThrown(asyncId: number): Span | undefined {
  return asyncId !== 0 && asyncId === thrownAsyncId ? thrownSpan : undefined
}

/**
 * Makes the span that `choose` answers for a message the active one in what a library runs around its channel
 * (`channel.runStores`). `choose` must not throw. Returns what undoes it.
 */
export function bindChannel(channel: Channel, choose: (message: unknown) => Span | undefined): () => void {
  channel.bindStore(storage, message => {
    const span = choose(message)
    onSwitch?.(span)
    return span
  })
  return () => channel.unbindStore(storage)
}
