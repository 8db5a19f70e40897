/**
 * The traces that have open spans, so that those arrive when the process dies under them. An array in which each trace
 * knows its place: entering and leaving cost a few writes and no garbage.
 */

import type { LocalTrace } from './local-trace'

/** At most so many are held; those beyond are lost if the process dies. */
export const MAX_OPEN_TRACES = 4096
/** A span that is open for longer has been forgotten by whoever started it, and is held no more. */
export const MAX_OPEN_MS = 600_000

const traces: (LocalTrace | undefined)[] = []
let count = 0

export function enter(trace: LocalTrace): void {
  if (count === MAX_OPEN_TRACES) return
  trace.place = count
  traces[count++] = trace
}

export function leave(trace: LocalTrace): void {
  const { place } = trace
  if (place < 0) return
  const last = traces[--count] as LocalTrace
  traces[count] = undefined
  if (last !== trace) {
    traces[place] = last
    last.place = place
  }
  trace.place = -1
}

/** Lets go of traces that began before `ticks`. */
export function leaveOld(ticks: number): void {
  for (let place = count - 1; place >= 0; place--) {
    const trace = traces[place] as LocalTrace
    if (trace.anchorTicks < ticks) leave(trace)
  }
}

export function openTraces(): LocalTrace[] {
  return traces.slice(0, count) as LocalTrace[]
}
