/** Does long work on the main thread in slices, between which the application runs. */

import { setImmediate } from 'node:timers/promises'

/** Length of a slice, which ends at the first `yield` after that. */
const SLICE_MS = 1

/** Work that may pause at each `yield`, which comes every few ten microseconds at least. */
export type Pausing<T> = Generator<undefined, T>

/** Does the work in slices and resolves with its result. Rejects when it throws. */
export async function inSlices<T>(work: Pausing<T>): Promise<T> {
  for (;;) {
    const end = performance.now() + SLICE_MS
    do {
      const step = work.next()
      if (step.done) return step.value
    } while (performance.now() < end)
    await setImmediate()
  }
}
