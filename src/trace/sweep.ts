/** Lets go of traces that have been open for too long, every ten seconds. */

import { every } from '../std/timer'
import { MAX_OPEN_MS, removeOldTraces } from './open-traces'
import { flushWaiting, MAX_WAIT_MS } from './waiting'

const SWEEP_MS = 10_000

/**
 * `flushesPartially`: finished spans of an open trace are sent when they have waited long enough. Returns how to
 * stop.
 */
export function startSweep(flushesPartially: boolean): () => void {
  const timer = every(() => {
    removeOldTraces(performance.now() - MAX_OPEN_MS)
    if (flushesPartially) flushWaiting(performance.now() - MAX_WAIT_MS)
  }, SWEEP_MS)
  return () => clearInterval(timer)
}
