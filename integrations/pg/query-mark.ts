/** What is known of a query while it is under way: a field of ours on pg's object. */

import { type Caller, endSpan, Mark, type Span } from '../../src/kit/index'
import type { SqlComment } from '../../src/kit/sql/index'

export class QueryMark extends Mark {
  /** Undefined once the query ended. */
  #span: Span | undefined
  readonly #caller: Caller | undefined
  readonly #comment: SqlComment | undefined

  constructor(query: object, span: Span, caller: Caller | undefined, comment: SqlComment | undefined) {
    super(query)
    this.#span = span
    this.#caller = caller
    this.#comment = comment
  }

  /** Whether `query` has a span that is open. */
  static isOn(query: object): boolean {
    return #span in query && query.#span !== undefined
  }

  static commentOf(query: object): SqlComment | undefined {
    return #comment in query ? query.#comment : undefined
  }

  /** Ends the span; who wants to be called in its place, if anybody. */
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
