/** The state of a running query, in private fields on pg's own object. */

import { type Caller, endSpan, Mark, type Span } from '../../src/kit/index'
import type { SqlComment } from '../../src/kit/sql/index'

/** Marks a query with its span, its caller and its comment. */
export class QueryMark extends Mark {
  /** The span; undefined once the query has ended. */
  #span: Span | undefined
  readonly #caller: Caller | undefined
  readonly #comment: SqlComment | undefined

  constructor(query: object, span: Span, caller: Caller | undefined, comment: SqlComment | undefined) {
    super(query)
    this.#span = span
    this.#caller = caller
    this.#comment = comment
  }

  /** Returns whether `query` has an open span. */
  static isOn(query: object): boolean {
    return #span in query && query.#span !== undefined
  }

  static commentOf(query: object): SqlComment | undefined {
    return #comment in query ? query.#comment : undefined
  }

  /** Ends the span. Returns the caller in whose context pg's method must run, if there is one. */
  static finish(query: object): Caller | undefined {
    const mark = query as QueryMark
    const span = mark.#span
    mark.#span = undefined
    span?.finish()
    return mark.#caller
  }

  static fail(query: object, error: unknown): Caller | undefined {
    const mark = query as QueryMark
    const span = mark.#span
    mark.#span = undefined
    if (span !== undefined) endSpan(span, true, error, undefined)
    return mark.#caller
  }
}
