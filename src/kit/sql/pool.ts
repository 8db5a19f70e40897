/**
 * Pools of connections. A callback that waited for a connection runs in the context of the call that asked for it, not
 * of the request that gave the connection back. A connection that the application asks for has a span of its own. One
 * that a pool gets for a query shows only as a tag of that query, if the query had to wait.
 */

import type { PatchTools } from '../../patch/types'
import type { AnyFunction } from '../../patch/wrap'
import { endSpan } from '../../trace/outcome'
import type { Tags } from '../../trace/site'
import { Caller } from '../caller'
import { Mark } from '../mark'
import type { SqlSpans } from './spans'

/** Functions that read one kind of pool. */
export interface PoolShape<Parameters> {
  /** Returns false if the pool has an idle connection. */
  isBusy(pool: object): boolean
  parameters(pool: object): Parameters
  /** Returns the connection tags, a new object for each span. */
  tags(parameters: Parameters): Tags
  /** Returns the SQL text in the first argument of `query()`. */
  sql(argument: unknown): unknown
}

/** A call of `pool.query()`, for which the library itself gets a connection. */
class PooledQuery {
  readonly argument: unknown
  readonly startTicks = performance.now()
  /**
   * True once a connection was asked for. A cluster asks a pool in turn, and only the first of the two follows the
   * query.
   */
  isTaken = false
  isWaiting = false

  constructor(argument: unknown) {
    this.argument = argument
  }
}

/**
 * Marks callbacks of the tracer. Libraries pass them on when they try another connection, and they are not wrapped
 * twice.
 */
class OwnCallback extends Mark {
  readonly #query: PooledQuery | undefined

  constructor(callback: AnyFunction, query: PooledQuery | undefined) {
    super(callback)
    this.#query = query
  }

  static is(callback: object): boolean {
    return #query in callback
  }

  static queryOf(callback: object): PooledQuery | undefined {
    return #query in callback ? callback.#query : undefined
  }
}

/** Wraps the methods of one driver's pools. */
export class SqlPools<Parameters> {
  readonly #tools: PatchTools
  readonly #spans: SqlSpans<Parameters>
  readonly #shape: PoolShape<Parameters>
  /** The pooled query whose call is running. */
  #asking: PooledQuery | undefined
  #waitMs: number | undefined

  constructor(tools: PatchTools, spans: SqlSpans<Parameters>, shape: PoolShape<Parameters>) {
    this.#tools = tools
    this.#spans = spans
    this.#shape = shape
  }

  /** Returns how long the query that is being sent has waited for its connection (ms), and forgets it. */
  takeWait(): number | undefined {
    const waitMs = this.#waitMs
    this.#waitMs = undefined
    return waitMs
  }

  /** Wraps `query(sql, …)` of a pool, which calls the method that `wrapAcquire` wraps. */
  wrapQuery(owner: object, name: string): void {
    const pools = this
    this.#tools.wrap(owner, name, original => {
      return function (this: unknown, argument: unknown): unknown {
        if (!pools.#tools.state.enabled) return Reflect.apply(original, this, arguments)
        return pools.#runAsking(new PooledQuery(argument), original, this, arguments)
      }
    })
  }

  /**
   * Wraps `getConnection(callback)` of a pool. `position` is the index of the callback. Calls without a callback go to
   * `promised`, if given.
   */
  wrapAcquire(
    owner: object,
    name: string,
    promised?: (pool: object, original: AnyFunction) => unknown,
    position = 0,
  ): void {
    const pools = this
    const { state, fenced, wrap } = this.#tools
    wrap(owner, name, original => {
      return function (this: object, ...args: unknown[]): unknown {
        if (!state.enabled) return Reflect.apply(original, this, args)
        const callback = args[position]
        if (typeof callback !== 'function') {
          return promised === undefined || callback
            ? Reflect.apply(original, this, args)
            : promised(this, original)
        }
        fenced(() => {
          args[position] = pools.#callbackFor(this, callback as AnyFunction)
        })
        // Listeners of the pool that run during the call may ask for connections themselves.
        return pools.#runAsking(undefined, original, this, args)
      }
    })
  }

  /** Wraps `getConnection(callback)` of a cluster, which tries its pools one after the other. */
  wrapCluster(owner: object, name: string): void {
    const pools = this
    this.#tools.wrap(owner, name, original => {
      return function (this: object, callback: unknown): unknown {
        const query = pools.#asking
        if (typeof callback !== 'function') return Reflect.apply(original, this, arguments)
        if (OwnCallback.is(callback)) {
          return pools.#runAsking(OwnCallback.queryOf(callback), original, this, arguments)
        }
        // Without a query, the pool makes the span.
        if (query === undefined) return Reflect.apply(original, this, arguments)
        query.isTaken = true
        return original.call(this, pools.#callbackOf(this, query, callback as AnyFunction))
      }
    })
  }

  /** Starts the span of a connection that the application waits for. The returned function ends it. */
  startAcquisition(pool: object): (failed: boolean, error: unknown) => void {
    const span = this.#spans.acquire()
    return (failed, error) => {
      const parameters = this.#shape.parameters(pool)
      this.#spans.acquired(span, this.#shape.tags(parameters), parameters, failed, error)
    }
  }

  /** Returns the function to pass in place of `callback`. */
  #callbackFor(pool: object, callback: AnyFunction): AnyFunction {
    if (OwnCallback.is(callback)) return callback
    const query = this.#asking
    if (query === undefined) return this.#callbackOfApplication(pool, callback)
    if (this.#shape.isBusy(pool)) query.isWaiting = true
    if (query.isTaken) return inContext(callback)
    query.isTaken = true
    return this.#callbackOf(pool, query, callback)
  }

  #callbackOfApplication(pool: object, callback: AnyFunction): AnyFunction {
    const { fenced } = this.#tools
    const caller = new Caller()
    const ended = this.startAcquisition(pool)
    const own = function (this: unknown, error: unknown): unknown {
      fenced(() => ended(Boolean(error), error))
      return caller.run(callback, this, arguments)
    }
    new OwnCallback(own, undefined)
    return own
  }

  /**
   * Returns a callback for the connection of `query`. The query has waited until it is called, and fails if it gets an
   * error.
   */
  #callbackOf(pool: object, query: PooledQuery, callback: AnyFunction): AnyFunction {
    const pools = this
    const caller = new Caller()
    const own = function (this: unknown, error: unknown): unknown {
      if (error) pools.#tools.fenced(() => caller.run(() => pools.#failed(pool, query, error), undefined, []))
      else if (query.isWaiting) pools.#waitMs = performance.now() - query.startTicks
      try {
        return caller.run(callback, this, arguments)
      } finally {
        pools.#waitMs = undefined
      }
    }
    new OwnCallback(own, query)
    return own
  }

  /** Makes the span of a query that got no connection. */
  #failed(pool: object, query: PooledQuery, error: unknown): void {
    const parameters = this.#shape.parameters(pool)
    const waitMs = performance.now() - query.startTicks
    const sql = this.#shape.sql(query.argument)
    const span = this.#spans.query(sql, this.#shape.tags(parameters), parameters, waitMs)
    span.startTicks = query.startTicks
    endSpan(span, true, error, undefined)
  }

  #runAsking(
    query: PooledQuery | undefined,
    fn: AnyFunction,
    self: unknown,
    args: IArguments | unknown[],
  ): unknown {
    const outer = this.#asking
    this.#asking = query
    try {
      return Reflect.apply(fn, self, args)
    } finally {
      this.#asking = outer
    }
  }
}

function inContext(callback: AnyFunction): AnyFunction {
  const caller = new Caller()
  const own = function (this: unknown): unknown {
    return caller.run(callback, this, arguments)
  }
  new OwnCallback(own, undefined)
  return own
}
