/** A timer of the tracer that a test ends by itself, in place of a short delay that a slow machine does not keep. */

import type { MockTracker } from 'node:test'

/** Returns a function that ends the first timer of `delayMs` that was set after this call; throws when there is none. */
export function firstTimer(t: { mock: MockTracker }, delayMs: number): () => void {
  const { setTimeout } = globalThis
  let end: (() => void) | undefined
  t.mock.method(globalThis, 'setTimeout', (callback: () => void, givenMs: number, ...args: []) => {
    if (givenMs === delayMs) end ??= callback
    return setTimeout(callback, givenMs, ...args)
  })
  return () => {
    if (end === undefined) throw new Error(`no timer of ${delayMs} ms was set`)
    end()
  }
}
