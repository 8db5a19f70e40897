/** Tells the signal handler which span and labels run, through words that it reads when it interrupts this thread. */

import { createHook } from 'node:async_hooks'
import { activeSpan, followSwitches } from '../trace/context'
import type { SpanRecord } from '../trace/local-trace'
import { activeLabels, followLabels } from './labels'

/** The words: being written, span (upper, lower), its local root (upper, lower), set of labels. */
export const SLOT = { busy: 0, spanHi: 1, spanLo: 2, rootHi: 3, rootLo: 4, labels: 5 } as const

/** Follows the event loop by a `before` hook, and the tracer where the span changes in between. */
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

  /** A finished span must not label what runs after it in the same turn. */
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

  /** The first word is set while the others change: a sample in between carries no span. */
  #write(span: SpanRecord | undefined): void {
    const words = this.#words
    words[SLOT.busy] = 1
    // A user can activate anything; what is no open span has no negative duration.
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
