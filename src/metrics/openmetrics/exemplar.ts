/** An example of what was measured: the trace in which it was. */

export interface TraceIds {
  /** 32 hex digits. */
  traceId: string
  /** 16 hex digits. */
  spanId: string
}

export interface Exemplar extends TraceIds {
  value: number
  /** Unix time in seconds. */
  at: number
}

/**
 * Takes an example of each place once between two scrapes: to write the ids of a trace takes longer than to count, and
 * nobody would see more of them.
 */
export class Exemplars {
  readonly #activeTrace: () => TraceIds | undefined
  #round = 1

  constructor(activeTrace: () => TraceIds | undefined) {
    this.#activeTrace = activeTrace
  }

  /** From now on, every place takes one anew. */
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

export class ExemplarSlot {
  exemplar: Exemplar | undefined = undefined
  round = 0
}
