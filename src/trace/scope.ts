/** `tracer.scope()`: the active span, for those who want to set it by hand. */

import { disguise } from '../std/disguise'
import { activeSpan, runInSpan } from './context'
import type { Span } from './span'

type AnyFunction = (...args: never[]) => unknown

export class Scope {
  /** The active span, or null. */
  active(): Span | null {
    return activeSpan() ?? null
  }

  /** Runs `fn` with `span` active (null = none). What it throws, or its promise rejects with, is tagged on the span. */
  activate<Result>(span: Span | null | undefined, fn: (...args: unknown[]) => Result): Result {
    if (typeof fn !== 'function') return fn
    try {
      return runInSpan(span ?? undefined, fn, undefined, [])
    } catch (error) {
      span?.setError(error)
      throw error
    }
  }

  /** A function that runs `fn` with `span` active: undefined = the span that is active now, null = none. */
  bind<F extends AnyFunction>(fn: F, span?: Span | null): F {
    if (typeof fn !== 'function') return fn
    const bound = span === undefined ? activeSpan() : (span ?? undefined)
    const wrapped = function (this: unknown, ...args: unknown[]): unknown {
      return runInSpan(bound, fn as never, this, args as never)
    }
    return disguise(wrapped, fn as never) as unknown as F
  }
}
