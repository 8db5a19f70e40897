/** `tracer.scope()`: lets the application read and set the active span. */

import { disguise } from '../std/disguise'
import { activeSpan, runInSpan } from './context'
import type { Span } from './span'

type AnyFunction = (...args: never[]) => unknown

/** The object that `tracer.scope()` returns; its methods have the names and results of OpenTracing's scope manager. */
export class Scope {
  /** Returns the active span, or null. */
  active(): Span | null {
    return activeSpan() ?? null
  }

  /**
   * Runs `fn` with `span` active (null = none). An error that `fn` throws is recorded on the span, and thrown again.
   */
  activate<Result>(span: Span | null | undefined, fn: (...args: unknown[]) => Result): Result {
    if (typeof fn !== 'function') return fn
    try {
      return runInSpan(span ?? undefined, fn, undefined, [])
    } catch (error) {
      span?.setError(error)
      throw error
    }
  }

  /** Returns a function that runs `fn` with `span` active: undefined = the span that is active now, null = none. */
  bind<F extends AnyFunction>(fn: F, span?: Span | null): F {
    if (typeof fn !== 'function') return fn
    const bound = span === undefined ? activeSpan() : (span ?? undefined)
    const wrapped = function (this: unknown, ...args: unknown[]): unknown {
      return runInSpan(bound, fn as never, this, args as never)
    }
    return disguise(wrapped, fn as never) as unknown as F
  }
}
