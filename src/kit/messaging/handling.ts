/** One call of the application's handler with messages from a queue, and the span of that call. */

import type { AnyFunction } from '../../patch/wrap'
import { runWithBaggage } from '../../trace/baggage'
import { runInSpan } from '../../trace/context'
import { type Pathway, runWithPathway } from '../../trace/data-streams'
import { endSpan, endWithResult } from '../../trace/outcome'
import type { Span } from '../../trace/span'

/** Runs a handler in the span and the context of its messages. */
export class Handling {
  readonly #span: Span
  readonly #baggage: Readonly<Record<string, string>> | undefined
  readonly #pathway: Pathway | undefined

  constructor(
    span: Span,
    baggage: Readonly<Record<string, string>> | undefined,
    pathway: Pathway | undefined,
  ) {
    this.#span = span
    this.#baggage = baggage
    this.#pathway = pathway
  }

  /** Calls `handler.apply(self, args)` with the span and the message's baggage active, and ends the span with it. */
  run(handler: AnyFunction, self: unknown, args: IArguments): unknown {
    const span = this.#span
    let result: unknown
    try {
      result =
        this.#pathway === undefined
          ? this.#call(handler, self, args)
          : runWithPathway(this.#pathway, this.#call, this, [handler, self, args])
    } catch (error) {
      endSpan(span, true, error, undefined)
      throw error
    }
    // Only a promise shows that the handler is still working. With any other result, also a stream, it is done.
    if (isThenable(result)) return endWithResult(span, result)
    endSpan(span, false, undefined, undefined)
    return result
  }

  #call(handler: AnyFunction, self: unknown, args: IArguments): unknown {
    return runWithBaggage(this.#baggage, runInSpan, undefined, [this.#span, handler, self, args])
  }
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
