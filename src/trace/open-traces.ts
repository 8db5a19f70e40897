/**
 * Lists the traces that have open spans, so that `process-end.ts` can finish and send these when the process ends. Each
 * trace knows its index in the array: adding and removing cost a few writes and no garbage.
 */

/** A trace as the list holds it. */
export interface OpenTrace {
  /** Index in the list; -1 = not in it. */
  openIndex: number
  /** When the trace began, in ticks. */
  readonly anchorTicks: number
}

/** Upper bound on the traces in the list; open spans of traces beyond it are lost if the process ends. */
export const MAX_OPEN_TRACES = 4096
/** Traces that began longer ago leave the list: their open spans have probably been forgotten by the application. */
export const MAX_OPEN_MS = 600_000

const traces: (OpenTrace | undefined)[] = []
let count = 0

/** Adds a trace whose first span has started; does nothing if the list is full. */
export function addOpenTrace(trace: OpenTrace): void {
  if (count === MAX_OPEN_TRACES) return
  trace.openIndex = count
  traces[count++] = trace
}

/** Removes a trace whose last open span has finished; the last trace of the list takes its index. */
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

/** Removes the traces that began before `ticks`. */
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
