/** Shortens waits without a mock of timers: those between attempts, and those for answers. */

import type { Transport } from '../../src/core/transport'
import { later } from '../../src/std/timer'

/** Returns `startTimer`, for the options of a writer or exporter, and the delays in ms that it was asked for. */
export function recordedWaits(): { startTimer: typeof later; waits: number[] } {
  const waits: number[] = []
  return {
    waits,
    startTimer(callback, delayMs) {
      waits.push(delayMs)
      return later(callback, 0)
    },
  }
}

/** Gives up requests to `path` after a moment. The server must never answer these, so that no machine is too slow. */
export function giveUpSoon(transport: Transport, path: string): void {
  const request = transport.request.bind(transport)
  transport.request = asked => request(asked.path === path ? { ...asked, timeoutMs: 20 } : asked)
}
