/** One call of a function of the application's that handles what came from a queue. */

import type { AnyFunction } from '../../patch/wrap'
import { runWithBaggage } from '../../trace/baggage'
import { runInSpan } from '../../trace/context'
import { type Pathway, runWithPathway } from '../../trace/data-streams'
import { endSpan, endWithResult } from '../../trace/outcome'
import type { Span } from '../../trace/span'

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

  /** `handler.apply(self, args)`, with the span and the message's baggage active. */
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
    // Only a promise says that there is more to come: anything else, also a stream, means that the handler is done.
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
