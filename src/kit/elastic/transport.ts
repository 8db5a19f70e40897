/** Spans of the requests of Elasticsearch and OpenSearch clients, which both have a class `Transport`. */

import type { PatchTools } from '../../patch/types'
import type { AnyFunction } from '../../patch/wrap'
import { activeSpan, runInSpan } from '../../trace/context'
import { endSpan, endWithResult } from '../../trace/outcome'
import type { Tags } from '../../trace/site'
import type { Span } from '../../trace/span'
import { startSpan } from '../../trace/start'
import { Caller } from '../caller'
import { guarded } from '../guard'
import { shortJson } from './json'

/**
 * First argument of `Transport.request`. It is the application's own object where that calls the transport itself, so
 * it is never changed.
 */
interface Params {
  method?: unknown
  path?: unknown
  querystring?: unknown
  body?: unknown
  bulkBody?: unknown
}

type Hook = (span: Span, params: unknown) => unknown

/** Wraps `Transport.prototype.request`. `system` is `elasticsearch` or `opensearch`; spans and tags begin with it. */
export function patchTransport(
  { prototype }: { prototype: object },
  system: string,
  tools: PatchTools,
): void {
  const site = tools.site({
    name: `${system}.query`,
    type: system,
    kind: 'client',
    serviceSuffix: system,
    tags: { 'db.type': system },
  })
  let onQuery: Hook | undefined
  tools.state.onConfigure(() => {
    const { query } = (tools.state.options.hooks ?? {}) as { query?: unknown }
    onQuery = typeof query === 'function' ? guarded('hooks.query', query as Hook, undefined) : undefined
  })
  const start = (params: Params): Span => {
    const method = typeof params.method === 'string' ? params.method : 'GET'
    const path = String(params.path)
    const tags: Tags = { [`${system}.url`]: path, [`${system}.method`]: method }
    const body = shortJson(params.body ?? params.bulkBody)
    if (body !== undefined) tags[`${system}.body`] = body
    const query = shortJson(params.querystring)
    if (query !== undefined) tags[`${system}.params`] = query
    const span = startSpan(tools.runtime, site.site, activeSpan(), tags)
    span.resource = `${method} ${path.replace(/\d+/g, '?')}`
    return span
  }
  /**
   * Arguments of the call that is running. The oldest versions make a promise by calling themselves again with a
   * callback, and that second call must not get a second span.
   */
  let current: unknown
  tools.wrap(prototype, 'request', original => {
    return function (this: unknown, params: unknown): unknown {
      if (!tools.state.enabled || typeof params !== 'object' || params === null || params === current) {
        return Reflect.apply(original, this, arguments)
      }
      let span: Span | undefined
      tools.fenced(() => {
        span = start(params)
      })
      if (span === undefined) return Reflect.apply(original, this, arguments)
      const done = (): void => void onQuery?.(span as Span, params)
      const args = coverCallback([...arguments], span, done)
      const outer = current
      current = params
      try {
        const result = runInSpan(span, original, this, args)
        endAtAbort(span, result)
        return args.at(-1) === arguments[arguments.length - 1] ? observe(span, result, done) : result
      } catch (error) {
        done()
        endSpan(span, true, error, undefined)
        throw error
      } finally {
        current = outer
      }
    }
  })
}

/** Replaces the callback, if the last argument is one: it ends the span, and runs in the caller's context. */
function coverCallback(args: unknown[], span: Span, done: () => void): unknown[] {
  const at = args.length - 1
  const callback = args[at]
  if (typeof callback !== 'function') return args
  const caller = new Caller()
  args[at] = function (this: unknown, error: unknown): unknown {
    if (span.durationMs < 0) {
      done()
      endSpan(span, Boolean(error), error, undefined)
    }
    return caller.run(callback as AnyFunction, this, arguments)
  }
  return args
}

/**
 * Ends the span when the application calls `abort()` and no error follows at once: the oldest versions report an abort
 * to no callback and by no event.
 */
function endAtAbort(span: Span, result: unknown): void {
  const request = result as { abort?: unknown } | undefined
  const abort = request?.abort
  if (request === undefined || typeof abort !== 'function') return
  request.abort = function (this: unknown): unknown {
    setImmediate(() => endSpan(span, false, undefined, undefined))
    return Reflect.apply(abort, this, arguments)
  }
}

interface Answer {
  then?: unknown
  catch?: unknown
  finally?: unknown
}

function observe(span: Span, result: unknown, done: () => void): unknown {
  if (result instanceof Promise || typeof (result as Answer | undefined)?.then !== 'function') {
    return endWithResult(span, result, done)
  }
  return observeAnswer(span, result as Answer & PromiseLike<unknown>, done)
}

/**
 * Follows an answer of the form `{ then, catch, finally, abort }` around a promise. Subscribing to it marks a rejection
 * as handled; if the application called none of the three methods, the error is rejected again, so that it stays
 * unhandled as without the tracer.
 */
function observeAnswer(span: Span, answer: Answer & PromiseLike<unknown>, done: () => void): unknown {
  let isObserved = false
  const { then } = answer
  for (const name of ['then', 'catch', 'finally'] as const) {
    const original = answer[name]
    if (typeof original !== 'function') continue
    answer[name] = function (this: unknown): never {
      isObserved = true
      return Reflect.apply(original, this, arguments) as never
    } as never
  }
  Reflect.apply(then, answer, [
    () => {
      done()
      endSpan(span, false, undefined, undefined)
    },
    (error: unknown) => {
      done()
      endSpan(span, true, error, undefined)
      if (!isObserved) Promise.reject(error)
    },
  ])
  return answer
}
