/** Exemplars: a measured value, and the trace in which it was measured. */

/** The ids of a span and its trace. */
export interface TraceIds {
  /** 32 hex digits. */
  traceId: string
  /** 16 hex digits. */
  spanId: string
}

/** A measured value, and the span that was active. */
export interface Exemplar extends TraceIds {
  value: number
  /** Unix time in seconds. */
  at: number
}

/**
 * Fills each slot once between two scrapes: to format the ids of a trace takes longer than to count, and a scrape would
 * show only one of several.
 */
export class Exemplars {
  readonly #activeTrace: () => TraceIds | undefined
  #round = 1

  constructor(activeTrace: () => TraceIds | undefined) {
    this.#activeTrace = activeTrace
  }

  /** Lets every slot take a new exemplar. */
  renew(): void {
    this.#round++
  }

  offer(slot: ExemplarSlot, value: number): void {
    if (slot.round === this.#round) return
    const ids = this.#activeTrace()
    if (ids === undefined) return
    slot.round = this.#round
    slot.exemplar = { traceId: ids.traceId, spanId: ids.spanId, value, at: Date.now() / 1000 }
  }
}

/** Holds the latest exemplar of a counter or of a bucket. */
export class ExemplarSlot {
  exemplar: Exemplar | undefined = undefined
  round = 0
}
