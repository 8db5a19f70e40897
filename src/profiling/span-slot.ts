/** Writes the running span and label set into words that the signal handler reads when it interrupts this thread. */

import { createHook } from 'node:async_hooks'
import { activeSpan, followSwitches } from '../trace/context'
import type { SpanRecord } from '../trace/local-trace'
import { activeLabels, followLabels } from './labels'

/** Indices of the words: being written, span (upper, lower), its local root (upper, lower), label set. */
export const SLOT = { busy: 0, spanHi: 1, spanLo: 2, rootHi: 3, rootLo: 4, labels: 5 } as const

/** Keeps the words up to date: by an async hook `before` each callback, and by the tracer's switches in between. */
export class SpanSlot {
  readonly #words: Int32Array
  readonly #hook = createHook({
    before: () => {
      this.#write(activeSpan())
      this.#words[SLOT.labels] = activeLabels()
    },
  })

  constructor(words: Int32Array) {
    this.#words = words
  }

  start(): void {
    this.#hook.enable()
    followSwitches(span => this.#write(span))
    followLabels(id => {
      this.#words[SLOT.labels] = id
    })
    this.#write(activeSpan())
    this.#words[SLOT.labels] = activeLabels()
  }

  /** Clears a finished span from the words, so that it labels nothing that runs later in the same turn. */
  finished(span: SpanRecord): void {
    if (this.#words[SLOT.spanLo] === span.idLo && this.#words[SLOT.spanHi] === span.idHi)
      this.#write(undefined)
  }

  stop(): void {
    this.#hook.disable()
    followSwitches(undefined)
    followLabels(undefined)
    this.#write(undefined)
    this.#words[SLOT.labels] = 0
  }

  /** Writes the span. The first word is 1 while the others change, so that a sample in between carries no span. */
  #write(span: SpanRecord | undefined): void {
    const words = this.#words
    words[SLOT.busy] = 1
    // The application can activate any value; only an open span has a negative duration.
    if (span !== undefined && span.durationMs < 0) {
      const root = span.trace?.root
      words[SLOT.spanHi] = span.idHi
      words[SLOT.spanLo] = span.idLo
      words[SLOT.rootHi] = root === undefined ? 0 : root.idHi
      words[SLOT.rootLo] = root === undefined ? 0 : root.idLo
    } else {
      words[SLOT.spanHi] = words[SLOT.spanLo] = words[SLOT.rootHi] = words[SLOT.rootLo] = 0
    }
    words[SLOT.busy] = 0
  }
}
