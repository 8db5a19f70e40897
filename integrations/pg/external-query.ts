/**
 * Queries that are objects of the application: pg's own class, cursors, streams, anything with `submit`. pg's client
 * reports the outcome to each by the same methods, whether or not it emits events. These methods are covered on the
 * object while the query runs, which needs no listener that the application could count.
 */

import { type AnyFunction, type Caller, endSpan, type Span } from '../../src/kit/index'
import type { SqlComment } from '../../src/kit/sql/index'
import { submitWith } from './comment'
import type { Query } from './types'

type Covered =
  | 'submit'
  | 'handleReadyForQuery'
  | 'handleError'
  | 'handlePortalSuspended'
  | 'handleDataRow'
  | 'emit'
  | 'callback'

type Cover = (name: Covered, make: (original: AnyFunction) => AnyFunction) => void
type Ended = (failed: boolean, error?: unknown) => void

/** Ends `span` with the query. Callbacks and listeners run in the context of `caller`. */
export function followExternal(
  query: Query,
  span: Span,
  caller: Caller,
  comment: SqlComment | undefined,
): void {
  const uncover: (() => void)[] = []
  const ended: Ended = (failed, error) => {
    for (const each of uncover.splice(0)) each()
    endSpan(span, failed, error, undefined)
  }
  const cover: Cover = (name, make) => {
    const undo = replace(query, name, make)
    if (undo !== undefined) uncover.push(undo)
  }
  if (query.handleReadyForQuery === undefined) coverNative(query, cover, ended, caller)
  else coverProtocol(query, cover, ended, caller)
  if (comment !== undefined) {
    cover('submit', original => {
      return function (this: Query): unknown {
        return submitWith(comment, original, this, arguments)
      }
    })
  }
}

function coverProtocol(query: Query, cover: Cover, ended: Ended, caller: Caller): void {
  cover('handleReadyForQuery', original => {
    return function (this: Query): unknown {
      // An error caused by a row is passed on to `handleError`.
      if (!this._canceledDueToError) ended(false)
      return caller.run(original, this, arguments)
    }
  })
  cover('handleError', original => {
    return function (this: Query, error: unknown): unknown {
      ended(true, this._canceledDueToError || error)
      return caller.run(original, this, arguments)
    }
  })
  // Cursors call the callback of `read()` from `handlePortalSuspended`; other queries emit `row` from `handleDataRow`.
  // The one that applies is covered so that these run in the caller's context.
  cover((query.cursor ?? query).read === undefined ? 'handleDataRow' : 'handlePortalSuspended', original => {
    return function (this: Query): unknown {
      return caller.run(original, this, arguments)
    }
  })
}

/** Covers a query of the native client. It ends by a callback or an event, and only there is the error complete. */
function coverNative(query: Query, cover: Cover, ended: Ended, caller: Caller): void {
  if (typeof query.callback === 'function') {
    cover('callback', original => {
      return function (this: Query, error: unknown): unknown {
        ended(Boolean(error), error)
        return caller.run(original, this, arguments)
      }
    })
  } else {
    cover('emit', original => {
      return function (this: Query, event: unknown, value: unknown): unknown {
        if (event === 'end' || event === 'error') ended(event === 'error', value)
        return caller.run(original, this, arguments)
      }
    })
  }
  cover('handleError', original => {
    return function (this: Query, error: unknown): unknown {
      try {
        return caller.run(original, this, arguments)
      } finally {
        // After a timeout the query has no callback any more.
        ended(true, error)
      }
    }
  })
}

/** Replaces a method on the object itself, enumerable only if it was. Returns a function that restores it. */
function replace(
  query: object,
  name: Covered,
  make: (original: AnyFunction) => AnyFunction,
): (() => void) | undefined {
  const target = query as Partial<Record<Covered, AnyFunction>>
  const original = target[name]
  if (typeof original !== 'function') return undefined
  const before = Object.getOwnPropertyDescriptor(query, name)
  const value = make(original)
  const enumerable = before?.enumerable ?? false
  if (!Reflect.defineProperty(query, name, { value, enumerable, configurable: true, writable: true }))
    return undefined
  return () => {
    // If other code has replaced the covered method, that replacement stays: it calls the original through the cover.
    if (target[name] !== value) return
    if (before === undefined) delete target[name]
    else Object.defineProperty(query, name, before)
  }
}
