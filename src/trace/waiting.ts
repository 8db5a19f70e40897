/**
 * Lists the traces that hold finished spans behind an open one, oldest first: a doubly linked list through the traces
 * themselves, so that entering and leaving cost a few writes and no garbage.
 *
 * Once a trace has waited long enough, or too many wait, its finished spans are sent and it leaves the list. A trace
 * whose open span is never finished can then be collected: the tracer does not refer to it any more.
 */

/** A trace as the list links it. */
export interface WaitingTrace {
  newer: WaitingTrace | undefined
  older: WaitingTrace | undefined
  /** When the trace entered the list, in ticks; 0 = not in it. */
  waitingSince: number
  flushFinished(): void
}

/** Finished spans wait at most this long for the rest of their trace. */
export const MAX_WAIT_MS = 60_000
/** Upper bound on the traces in the list; the oldest is sent when there are more. */
export const MAX_WAITING = 10_000

let oldest: WaitingTrace | undefined
let newest: WaitingTrace | undefined
let count = 0

/** Adds a trace at the end of the list. `nowTicks` is when its first waiting span finished. */
export function addWaiting(trace: WaitingTrace, nowTicks: number): void {
  trace.waitingSince = nowTicks > 0 ? nowTicks : 1
  trace.older = newest
  if (newest === undefined) oldest = trace
  else newest.newer = trace
  newest = trace
  if (++count > MAX_WAITING) oldest?.flushFinished()
}

/** Removes a trace from the list. */
export function removeWaiting(trace: WaitingTrace): void {
  if (trace.older === undefined) oldest = trace.newer
  else trace.older.newer = trace.newer
  if (trace.newer === undefined) newest = trace.older
  else trace.newer.older = trace.older
  trace.older = trace.newer = undefined
  trace.waitingSince = 0
  count--
}

/** Sends the finished spans of every trace that has waited since before `beforeTicks`. */
export function flushWaiting(beforeTicks: number): void {
  while (oldest !== undefined && oldest.waitingSince < beforeTicks) oldest.flushFinished()
}

/** Returns the number of traces in the list. */
export function waitingCount(): number {
  return count
}
