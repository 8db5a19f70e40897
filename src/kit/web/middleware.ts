/** Spans of middleware. Each ends when the middleware calls `next`, when its promise settles, or with the response. */

import type { ConfiguredSite } from '../../patch/state'
import type { PatchTools } from '../../patch/types'
import { type AnyFunction, disguise } from '../../patch/wrap'
import { activeSpan, runInSpan } from '../../trace/context'
import type { Span } from '../../trace/span'
import { startSpan } from '../../trace/start'
import type { WebRequest } from './request'

/** Documentation of the option `middleware`, which most web frameworks have. */
export const MIDDLEWARE_OPTION = {
  middleware: 'Make a span for each middleware; default: the option `middlewareTracingEnabled` of `init()`.',
}

/** Makes the spans of the middleware of one framework, and knows whether they are wanted. */
export class MiddlewareSpans {
  wanted = false
  readonly #own: ConfiguredSite
  readonly #tools: PatchTools

  /** Reads the options, now and after each change. Spans are called `<name>.middleware`. */
  constructor(tools: PatchTools, name = tools.state.name) {
    this.#tools = tools
    this.#own = tools.site({ name: `${name}.middleware`, measured: false })
    tools.state.onConfigure(() => {
      this.wanted = Boolean(tools.state.options.middleware ?? tools.config.middlewareTracingEnabled)
    })
  }

  /** Calls `fn` inside a span. The last three of `args` are the request, the response and `next`. */
  run(web: WebRequest, name: unknown, fn: AnyFunction, self: unknown, args: unknown[]): unknown {
    const parent = activeSpan() ?? web.span
    const span = this.#start(web, name, parent)
    const last = args.length - 1
    const next = args[last] as AnyFunction
    const request = args[last - 2] as { next?: unknown }
    const own = disguise(function (this: unknown, error?: unknown): unknown {
      ended(web, span, error)
      if (request.next === own) request.next = next
      return runInSpan(parent, next, this, arguments)
    }, next)
    args[last] = own
    // A router may keep its current `next` on the request, where handlers compare it with their own.
    if (request.next === next) request.next = own
    try {
      return runInSpan(span, fn, self, args)
    } catch (error) {
      if (span.durationMs < 0) ended(web, span, error)
      throw error
    }
  }

  /**
   * Calls `fn` inside a span, for middleware that returns a promise: the span ends when `next` is called or the promise
   * settles, and a rejection is recorded as the request's error.
   */
  runAsync(web: WebRequest, name: unknown, fn: AnyFunction, self: unknown, args: unknown[]): unknown {
    const parent = activeSpan() ?? web.span
    const span = this.#start(web, name, parent)
    const last = args.length - 1
    const next = args[last] as AnyFunction
    args[last] = disguise(function (this: unknown): unknown {
      close(web, span)
      return runInSpan(parent, next, this, arguments)
    }, next)
    const done = (): void => close(web, span)
    const failed = (error: unknown): void => {
      web.fail(error)
      if (span.durationMs < 0) span.setErrorOnce(error ?? true)
      close(web, span)
    }
    return settled(inside, undefined, [span, fn, self, args], done, failed)
  }

  #start(web: WebRequest, name: unknown, parent: Span): Span {
    const { site } = web.middleware ?? this.#own
    const span = startSpan(this.#tools.runtime, site, parent, {})
    span.resource = typeof name === 'string' && name !== '' ? name : '<anonymous>'
    web.open ??= []
    web.open.push(span)
    return span
  }
}

function inside(span: Span, fn: AnyFunction, self: unknown, args: unknown[]): unknown {
  return runInSpan(span, fn, self, args)
}

/**
 * Calls `fn` and reports its outcome, for a native promise once it settles. The caller gets the derived promise:
 * watching the original on a second branch would mark its rejection as handled.
 */
export function settled(
  fn: AnyFunction,
  self: unknown,
  args: unknown[] | IArguments,
  onDone: ((value: unknown) => void) | undefined,
  onFailed: (error: unknown) => void,
): unknown {
  let result: unknown
  try {
    result = Reflect.apply(fn, self, args)
  } catch (error) {
    onFailed(error)
    throw error
  }
  if (!(result instanceof Promise) || result.constructor !== Promise || Object.hasOwn(result, 'then')) {
    onDone?.(result)
    return result
  }
  return result.then(
    onDone &&
      (value => {
        onDone(value)
        return value
      }),
    error => {
      onFailed(error)
      throw error
    },
  )
}

function ended(web: WebRequest, span: Span, error: unknown): void {
  const failed = Boolean(error) && error !== 'route' && error !== 'router'
  if (span.durationMs >= 0) {
    web.span.addEvent('middleware.next_called_again', {
      'middleware.name': span.resource,
      with_error: failed,
    })
    return
  }
  if (failed) span.setError(error)
  close(web, span)
}

function close(web: WebRequest, span: Span): void {
  if (span.durationMs >= 0) return
  web.open?.splice(web.open.indexOf(span), 1)
  span.finish()
}
