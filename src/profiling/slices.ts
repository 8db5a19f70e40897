/** Long work on the main thread in pieces, between which the application runs. */

import { setImmediate } from 'node:timers/promises'

/** Of one piece; it ends at the next `yield` after that. */
const PIECE_MS = 1

/** Work that says `yield` wherever it may pause, every few ten microseconds at least. */
export type Pausing<T> = Generator<undefined, T>

/** Does the work, and resolves with its result. Rejects when it throws. */
export async function inSlices<T>(work: Pausing<T>): Promise<T> {
  for (;;) {
    const end = performance.now() + PIECE_MS
    do {
      const step = work.next()
      if (step.done) return step.value
    } while (performance.now() < end)
    await setImmediate()
  }
}
