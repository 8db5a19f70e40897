/**
 * Ends a span when the result of a traced function is complete: at once for a value, later for a promise, iterator or
 * stream. The application's object keeps its identity and its type wherever the language allows it.
 */

import { errorMonitor } from 'node:events'
import { runInSpan } from './context'
import type { Span } from './span'

type AnyFunction = (...args: unknown[]) => unknown

interface Thenable {
  then: AnyFunction
}

/** Called when the traced operation has ended, before its span is finished. */
export type OnEnd = (span: Span, error: unknown, result: unknown) => void

/** Ends `span`; `failed` says whether `error` was thrown, since anything can be thrown, also undefined. */
export function endSpan(span: Span, failed: boolean, error: unknown, result: unknown, onEnd?: OnEnd): void {
  if (span.durationMs >= 0) return
  if (failed) {
    if (error === undefined || error === null) span.error = 1
    else span.setError(error)
  }
  onEnd?.(span, error, result)
  span.finish()
}

/**
 * Ends `span` when `result` is complete. Returns what the caller of the traced function must get in place of
 * `result`.
 */
export function endWithResult(span: Span, result: unknown, onEnd?: OnEnd): unknown {
  if (typeof result === 'object' && result !== null) {
    if (isThenable(result)) return followThenable(span, result, onEnd)
    if (isIterator(result)) return followIterator(span, result, onEnd)
    if (isStream(result)) return followStream(span, result, onEnd)
  }
  endSpan(span, false, undefined, result, onEnd)
  return result
}

function isThenable(value: object): value is Thenable {
  return typeof (value as { then?: unknown }).then === 'function'
}

function isPlainPromise(value: object): boolean {
  return value instanceof Promise && value.constructor === Promise && !Object.hasOwn(value, 'then')
}

function followThenable(span: Span, promise: Thenable, onEnd: OnEnd | undefined): unknown {
  const onFulfilled = (value: unknown): unknown => {
    endSpan(span, false, undefined, value, onEnd)
    return value
  }
  const onRejected = (error: unknown): never => {
    endSpan(span, true, error, undefined, onEnd)
    throw error
  }
  if (isPlainPromise(promise)) {
    // A second, unobserved branch would turn a handled rejection into an unhandled one: the caller gets the derived
    // promise, with the properties that the function had set on its own.
    return Object.assign((promise as Promise<unknown>).then(onFulfilled, onRejected), promise)
  }
  return interceptThen(promise, onFulfilled, onRejected)
}

/**
 * Promises of other classes (query builders that run when `then` is called, cancellable promises) must stay what they
 * are: only their `then` is replaced, on the object itself.
 */
function interceptThen(promise: Thenable, onFulfilled: AnyFunction, onRejected: AnyFunction): unknown {
  const original = promise.then
  const replaced = function (this: unknown, resolve?: unknown, reject?: unknown): unknown {
    return original.call(
      this,
      (value: unknown) => {
        onFulfilled(value)
        return typeof resolve === 'function' ? resolve(value) : value
      },
      (error: unknown) => {
        try {
          onRejected(error)
        } catch {
          // onRejected throws the error that it was given; the application's handler decides what happens next.
        }
        if (typeof reject === 'function') return reject(error)
        throw error
      },
    )
  }
  try {
    Object.defineProperty(promise, 'then', {
      value: replaced,
      configurable: true,
      writable: true,
      enumerable: false,
    })
    return promise
  } catch {
    return original.call(promise, onFulfilled, onRejected)
  }
}

interface Stepper {
  next: AnyFunction
  return?: AnyFunction
  throw?: AnyFunction
}

/** Returns whether `value` is an iterator, such as a generator. An array or a Map is not: it is complete already. */
function isIterator(value: object): value is Stepper {
  const candidate = value as { next?: unknown; [Symbol.iterator]?: unknown; [Symbol.asyncIterator]?: unknown }
  return (
    typeof candidate.next === 'function' &&
    (typeof candidate[Symbol.asyncIterator] === 'function' ||
      typeof candidate[Symbol.iterator] === 'function')
  )
}

function followIterator(span: Span, iterator: Stepper, onEnd: OnEnd | undefined): unknown {
  const settle = (step: unknown): unknown => {
    if (typeof step === 'object' && step !== null && (step as { done?: unknown }).done === true) {
      endSpan(span, false, undefined, undefined, onEnd)
    }
    return step
  }
  const fail = (error: unknown): never => {
    endSpan(span, true, error, undefined, onEnd)
    throw error
  }
  for (const name of ['next', 'return', 'throw'] as const) {
    const original = iterator[name]
    if (typeof original !== 'function') continue
    const replaced = function (this: unknown, ...args: unknown[]): unknown {
      let step: unknown
      try {
        step = runInSpan(span, original, this, args)
      } catch (error) {
        return fail(error)
      }
      return step instanceof Promise ? step.then(settle, fail) : settle(step)
    }
    try {
      Object.defineProperty(iterator, name, {
        value: replaced,
        configurable: true,
        writable: true,
        enumerable: false,
      })
    } catch {
      endSpan(span, false, undefined, undefined, onEnd)
      return iterator
    }
  }
  return iterator
}

interface StreamLike {
  once: (event: string | symbol, listener: AnyFunction) => unknown
  pipe?: unknown
  destroyed?: boolean
  readable?: unknown
  writable?: unknown
  readableEnded?: boolean
  writableFinished?: boolean
}

function isStream(value: object): value is StreamLike {
  const stream = value as StreamLike
  return typeof stream.once === 'function' && typeof stream.pipe === 'function' && 'destroyed' in stream
}

function followStream(span: Span, stream: StreamLike, onEnd: OnEnd | undefined): unknown {
  const done = (): void => endSpan(span, false, undefined, stream, onEnd)
  const readable = stream.readable !== undefined
  const writable = stream.writable !== undefined
  if (stream.destroyed || (readable ? stream.readableEnded : stream.writableFinished)) {
    done()
    return stream
  }
  stream.once('close', done)
  if (readable && !writable) stream.once('end', done)
  if (writable && !readable) stream.once('finish', done)
  // The monitor sees an error without counting as its handler.
  stream.once(errorMonitor, error => endSpan(span, true, error, stream, onEnd))
  return stream
}
