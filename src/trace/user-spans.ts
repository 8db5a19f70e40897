/** Implements `tracer.startSpan`, `trace` and `wrap`: spans that the application makes itself. */

import { disguise } from '../std/disguise'
import { activeSpan, runInSpan } from './context'
import type { TraceRuntime } from './local-trace'
import { endSpan, endWithResult } from './outcome'
import type { SpanOptions, TracedFunction, TraceOptions } from './public'
import { RemoteContext } from './remote-context'
import { Span } from './span'
import { startSpan as start } from './start'
import { setSpanTag, setSpanTags } from './tags'
import { userSite } from './user-sites'

/** Starts a span and does not activate it. The parent comes from the options only, never from the active span. */
export function startUserSpan(
  runtime: TraceRuntime,
  name: string,
  options: SpanOptions | undefined,
  isMeasured = false,
): Span {
  return begin(runtime, name, options, undefined, isMeasured)
}

function begin(
  runtime: TraceRuntime,
  name: string,
  options: TraceOptions | undefined,
  fallback: Span | undefined,
  isMeasured: boolean,
): Span {
  const site = userSite(String(name), isMeasured)
  if (options === undefined || options === null) return start(runtime, site, fallback, {})
  const parent =
    options.childOf === undefined ? (fromReferences(options) ?? fallback) : contextOf(options.childOf)
  const span = start(runtime, site, parent, {}, options.startTime)
  const { tags } = options
  if (typeof tags === 'object' && tags !== null) setSpanTags(span, tags)
  if (options.links !== undefined) span.addLinks(options.links)
  if (options.integrationName !== undefined) span.tags['_dd.integration'] = String(options.integrationName)
  if (typeof options.service === 'string') setSpanTag(span, 'service.name', options.service)
  if (typeof options.resource === 'string') span.resource = options.resource
  if (typeof options.type === 'string') span.type = options.type
  return span
}

function fromReferences(options: SpanOptions): Span | RemoteContext | undefined {
  const reference = options.references?.[0]
  return typeof reference?.referencedContext === 'function'
    ? contextOf(reference.referencedContext())
    : undefined
}

function contextOf(value: unknown): Span | RemoteContext | undefined {
  return value instanceof Span || value instanceof RemoteContext ? value : undefined
}

/**
 * Runs `fn` inside a new span, which ends when `fn` returns or when the promise, stream or iterator it returned ends.
 */
export function traceFunction<Result>(
  runtime: TraceRuntime,
  name: string,
  options: TraceOptions | undefined,
  fn: TracedFunction<Result>,
): Result {
  const span = begin(runtime, name, options, activeSpan(), options?.measured !== false)
  const withCallback = fn.length > 1
  const done = withCallback ? endOnce(span) : undefined
  let result: Result
  try {
    result = runInSpan(span, fn as never, undefined, [span, done] as never)
  } catch (error) {
    endSpan(span, true, error, undefined)
    throw error
  }
  return withCallback ? result : (endWithResult(span, result) as Result)
}

function endOnce(span: Span): (error?: unknown) => void {
  return error => endSpan(span, error !== undefined && error !== null && error !== false, error, undefined)
}

/**
 * Returns a function that runs `fn` inside of a span and looks like `fn`: same name, length and properties, and it
 * can be called with `new`. If the last argument is a function, it is taken for a Node-style callback, whose call
 * ends the span.
 */
export function wrapFunction<F extends (...args: never[]) => unknown>(
  runtime: TraceRuntime,
  name: string,
  options: TraceOptions | ((...args: Parameters<F>) => TraceOptions) | undefined,
  fn: F,
): F {
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    const newTarget = new.target
    if (!runtime.enabled) {
      return newTarget === undefined
        ? Reflect.apply(fn, this, args)
        : Reflect.construct(fn as never, args, newTarget === wrapped ? (fn as never) : newTarget)
    }
    const chosen =
      typeof options === 'function'
        ? (options as (...all: unknown[]) => TraceOptions).apply(this, args)
        : options
    const parent = activeSpan()
    const span = begin(runtime, name, chosen, parent, chosen?.measured !== false)
    const last = args.length - 1
    const callback = newTarget === undefined && last >= 0 ? args[last] : undefined
    if (typeof callback === 'function') args[last] = endingCallback(span, callback as never, parent)
    let result: unknown
    try {
      result =
        newTarget === undefined
          ? runInSpan(span, fn as never, this, args as never)
          : runInSpan(span, Reflect.construct as never, undefined, [
              fn,
              args,
              newTarget === wrapped ? fn : newTarget,
            ] as never)
    } catch (error) {
      endSpan(span, true, error, undefined)
      throw error
    }
    return typeof callback === 'function' ? result : endWithResult(span, result)
  }
  return disguise(wrapped, fn as never) as unknown as F
}

/** Returns a function that ends the span and calls `callback` with the caller's span `parent` active. */
function endingCallback(span: Span, callback: (...args: unknown[]) => unknown, parent: Span | undefined) {
  const ending = function (this: unknown, ...args: unknown[]): unknown {
    const error = args[0]
    endSpan(span, error !== undefined && error !== null, error, undefined)
    return runInSpan(parent, callback, this, args)
  }
  return disguise(ending, callback)
}
