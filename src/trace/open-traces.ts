/**
 * The traces that have open spans, so that those arrive when the process dies under them. An array in which each trace
 * knows its index: entering and leaving cost a few writes and no garbage.
 */

/** A trace as the list holds it. */
export interface OpenTrace {
  /** Index in the list; -1 = not in it. */
  openIndex: number
  /** When the trace began, in ticks. */
  readonly anchorTicks: number
}

/** At most so many are held; those beyond are lost if the process dies. */
export const MAX_OPEN_TRACES = 4096
/** A span that is open for longer has been forgotten by whoever started it, and is held no more. */
export const MAX_OPEN_MS = 600_000

const traces: (OpenTrace | undefined)[] = []
let count = 0

export function addOpenTrace(trace: OpenTrace): void {
  if (count === MAX_OPEN_TRACES) return
  trace.openIndex = count
  traces[count++] = trace
}

export function removeOpenTrace(trace: OpenTrace): void {
  const { openIndex } = trace
  if (openIndex < 0) return
  const last = traces[--count] as OpenTrace
  traces[count] = undefined
  if (last !== trace) {
    traces[openIndex] = last
    last.openIndex = openIndex
  }
  trace.openIndex = -1
}

/** Lets go of traces that began before `ticks`. */
export function removeOldTraces(ticks: number): void {
  for (let index = count - 1; index >= 0; index--) {
    const trace = traces[index] as OpenTrace
    if (trace.anchorTicks < ticks) removeOpenTrace(trace)
  }
}

/** Returns the traces in the list. */
export function listedTraces(): OpenTrace[] {
  return traces.slice(0, count) as OpenTrace[]
}
