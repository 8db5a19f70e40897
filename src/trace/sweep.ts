/** Drops traces that have been open for too long, and sends spans that have waited for too long, every ten seconds. */

import { every } from '../std/timer'
import { MAX_OPEN_MS, removeOldTraces } from './open-traces'
import { flushWaiting, MAX_WAIT_MS } from './waiting'

/** Time between two sweeps. */
const SWEEP_MS = 10_000

/**
 * Starts the sweep, and returns a function that stops it. `flushesPartially`: finished spans of an open trace are sent
 * once they have waited for a minute.
 */
export function startSweep(flushesPartially: boolean): () => void {
  const timer = every(() => {
    removeOldTraces(performance.now() - MAX_OPEN_MS)
    if (flushesPartially) flushWaiting(performance.now() - MAX_WAIT_MS)
  }, SWEEP_MS)
  return () => clearInterval(timer)
}
