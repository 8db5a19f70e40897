/**
 * Queries that are objects of the application: pg's own class, cursors, streams, anything with `submit`. pg's client tells
 * every one of them how it went by the same methods, whether or not it emits events, so these are covered on the object
 * for as long as the query runs; no listener is added that it could count. The native client's queries go the same way:
 * they end by an event and a callback.
 */

import { type AnyFunction, type Caller, end, type Span } from '../../src/kit/index'
import { type Comment, submitWith } from './comment'
import type { Query } from './types'

type Covered =
  | 'submit'
  | 'handleReadyForQuery'
  | 'handleError'
  | 'handlePortalSuspended'
  | 'handleDataRow'
  | 'emit'
  | 'callback'

export function followOwn(query: Query, span: Span, caller: Caller, comment: Comment | undefined): void {
  const uncover: (() => void)[] = []
  const ended = (failed: boolean, error?: unknown): void => {
    for (const each of uncover.splice(0)) each()
    end(span, failed, error, undefined)
  }
  const cover = (name: Covered, make: (original: AnyFunction) => AnyFunction): void => {
    const undo = replace(query, name, make)
    if (undo !== undefined) uncover.push(undo)
  }
  cover('handleError', original => {
    return function (this: Query, error: unknown): unknown {
      ended(true, this._canceledDueToError || error)
      return caller.run(original, this, arguments)
    }
  })
  if (query.handleReadyForQuery !== undefined) {
    cover('handleReadyForQuery', original => {
      return function (this: Query): unknown {
        // An error that rows caused is handed on from here to `handleError`.
        if (!this._canceledDueToError) ended(false)
        return caller.run(original, this, arguments)
      }
    })
    // By this a cursor calls back what `read()` was given, by the other listeners of single rows are called.
    cover(
      (query.cursor ?? query).read === undefined ? 'handleDataRow' : 'handlePortalSuspended',
      original => {
        return function (this: Query): unknown {
          return caller.run(original, this, arguments)
        }
      },
    )
  } else if (typeof query.callback === 'function') {
    cover('callback', original => {
      return function (this: Query, error: unknown): unknown {
        ended(Boolean(error), error)
        return caller.run(original, this, arguments)
      }
    })
  } else {
    cover('emit', original => {
      return function (this: Query, event: unknown): unknown {
        if (event === 'end') ended(false)
        return caller.run(original, this, arguments)
      }
    })
  }
  if (comment !== undefined) {
    cover('submit', original => {
      return function (this: Query): unknown {
        return submitWith(comment, original, this, arguments)
      }
    })
  }
}

/** Replaces a method on the object itself, enumerable only if it was; returns what puts it back. */
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
    // Somebody else's replacement of ours stays: it calls what we covered, through us.
    if (target[name] !== value) return
    if (before === undefined) delete target[name]
    else Object.defineProperty(query, name, before)
  }
}
