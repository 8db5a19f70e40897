/**
 * The client, in JavaScript and in libpq. The span of a query begins when pg puts the query into the client's queue and
 * ends when pg reports its outcome. Arguments, results and promises of the application pass untouched.
 */

import { Caller, endSpan, type PatchTools, type Span } from '../../src/kit/index'
import { onceCommenting } from '../../src/kit/sql/index'
import { submitWith } from './comment'
import { commentOn, type Driver, driverOf, startQuery } from './driver'
import { followExternal } from './external-query'
import { QueryMark } from './query-mark'
import type { Client, Query } from './types'

/** A call of `client.query()` that has not returned yet. */
interface Call {
  readonly client: Client
  /** First argument: a text, a plain object, or an object of the application that is the query itself. */
  readonly config: unknown
  /**
   * True if the application gets a promise. No callback has to run in its context then: a promise goes on where it is
   * awaited.
   */
  readonly isPromised: boolean
  isQueued: boolean
  span: Span | undefined
}

/** The running call. Calls nest where a callback runs at once and makes another call. */
let current: Call | undefined

/** Wraps the class of clients, and that of their queries. */
export function patchClient(
  Class: { prototype: object; Query: { prototype: object } },
  tools: PatchTools,
): void {
  const { prototype } = Class
  const driver = driverOf(tools)
  // At this point pg has created its query object and has sent nothing.
  const isPatched = tools.wrap(prototype, '_pulseQueryQueue', original => {
    return function (this: Client, isFirst: unknown): unknown {
      const call = current
      if (call !== undefined && !call.isQueued && call.client === this) {
        call.isQueued = true
        try {
          queued(call, driver)
        } catch (error) {
          tools.state.failed(error)
        }
      }
      return original.call(this, isFirst)
    }
  })
  if (!isPatched) return
  patchQuery(Class.Query.prototype, tools)
  tools.wrap(prototype, 'query', original => {
    return function (
      this: Client,
      config: { callback?: unknown },
      values: unknown,
      callback: unknown,
    ): unknown {
      if (!tools.state.enabled || config === null || config === undefined) {
        return Reflect.apply(original, this, arguments)
      }
      const isPromised = typeof values !== 'function' && !callback && !config.callback
      const call: Call = { client: this, config, isPromised, isQueued: false, span: undefined }
      const outer = current
      current = call
      let result: unknown
      try {
        result = Reflect.apply(original, this, arguments)
      } catch (error) {
        if (call.span !== undefined) endSpan(call.span, true, error, undefined)
        throw error
      } finally {
        current = outer
      }
      if (!call.isQueued) tools.fenced(() => refused(call, driver))
      return result
    }
  })
}

function queued(call: Call, driver: Driver): void {
  const queue = call.client._queryQueue ?? call.client.queryQueue
  const query = queue?.[queue.length - 1]
  if (query === undefined) return
  const span = startQuery(driver, call.client, query)
  call.span = span
  const comment = commentOn(driver, span, query)
  if (query === call.config || query.handleReadyForQuery === undefined) {
    followExternal(query, span, new Caller(), comment)
  } else {
    new QueryMark(query, span, call.isPromised ? undefined : new Caller(), comment)
  }
}

/**
 * Handles a query that pg took but did not queue: it fails in the next tick. Only a query object of the application can
 * be followed until then.
 */
function refused(call: Call, driver: Driver): void {
  const { client, config } = call
  const query = (typeof config === 'object' ? config : { text: config }) as Query
  const span = startQuery(driver, client, query)
  if (typeof query.submit === 'function') {
    followExternal(query, span, new Caller(), undefined)
    return
  }
  endSpan(span, true, new Error(reasonOf(client)), undefined)
}

/**
 * Returns why the client refused a query, in pg's words where it has any: it has none for a query that a pipeline
 * cannot take.
 */
function reasonOf({ _ending, _queryable }: Client): string {
  if (_queryable === false) return 'Client has encountered a connection error and is not queryable'
  return _ending ? 'Client was closed and is not queryable' : 'Client refused the query'
}

/** Patches the class of the queries that the client in JavaScript makes of its arguments. */
function patchQuery(prototype: object, tools: PatchTools): void {
  tools.wrap(prototype, 'handleReadyForQuery', original => {
    return function (this: Query): unknown {
      // An error caused by a row is passed on to `handleError`.
      if (this._canceledDueToError || !QueryMark.isOn(this)) return Reflect.apply(original, this, arguments)
      const caller = QueryMark.finish(this)
      return caller === undefined
        ? Reflect.apply(original, this, arguments)
        : caller.run(original, this, arguments)
    }
  })
  tools.wrap(prototype, 'handleError', original => {
    return function (this: Query, error: unknown): unknown {
      if (!QueryMark.isOn(this)) return Reflect.apply(original, this, arguments)
      const caller = QueryMark.fail(this, this._canceledDueToError || error)
      return caller === undefined
        ? Reflect.apply(original, this, arguments)
        : caller.run(original, this, arguments)
    }
  })
  onceCommenting(tools, () => {
    tools.wrap(prototype, 'submit', original => {
      return function (this: Query): unknown {
        const comment = QueryMark.commentOf(this)
        if (comment === undefined) return Reflect.apply(original, this, arguments)
        return submitWith(comment, original, this, arguments)
      }
    })
  })
}
