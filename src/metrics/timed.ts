/** Wraps functions so that their calls are timed, and are otherwise unchanged. */

import { disguise } from '../std/disguise'

// biome-ignore lint/suspicious/noExplicitAny: a function of any shape
type AnyFunction = (this: any, ...args: any[]) => any

/** Returns a function like `fn`; `record` gets the milliseconds of each call, also of one that throws. */
export function timed<F extends AnyFunction>(fn: F, record: (milliseconds: number) => void): F {
  if (typeof fn !== 'function') return fn
  const timer: AnyFunction = function (...args) {
    const start = performance.now()
    try {
      return new.target === undefined ? fn.apply(this, args) : Reflect.construct(fn, args, new.target)
    } finally {
      record(performance.now() - start)
    }
  }
  return disguise(timer, fn) as F
}

/** Returns a function like `fn`, timed until the returned promise settles. The caller gets the original promise. */
export function timedPromise<F extends AnyFunction>(fn: F, record: (milliseconds: number) => void): F {
  if (typeof fn !== 'function') return fn
  const timer: AnyFunction = function (...args) {
    const start = performance.now()
    const end = (): void => record(performance.now() - start)
    let result: unknown
    try {
      result = fn.apply(this, args)
    } catch (error) {
      end()
      throw error
    }
    if (isThenable(result)) result.then(end, end)
    else end()
    return result
  }
  return disguise(timer, fn) as F
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}
