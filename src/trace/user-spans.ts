/** `startSpan`, `trace` and `wrap`: spans that the application makes itself. */

import { disguise } from '../std/disguise'
import { activeSpan, runInSpan } from './context'
import type { TraceRuntime } from './local-trace'
import { endSpan, endWithResult } from './outcome'
import { RemoteContext } from './remote-context'
import { Span, type SpanContext } from './span'
import type { Attributes } from './span-extras'
import { startSpan as start } from './start'
import { setSpanTag, setSpanTags } from './tags'
import { userSite } from './user-sites'

export interface SpanOptions {
  /** Parent; null for a new trace. */
  childOf?: SpanContext | null
  /** OpenTracing references; the first one is the parent. */
  references?: readonly { referencedContext(): SpanContext }[]
  /** ms since the epoch, with fraction; default now. */
  startTime?: number
  /** Values of any type. */
  tags?: Record<string, unknown>
  links?: { context: SpanContext; attributes?: Attributes }[]
  /** Tag `_dd.integration`; default `opentracing`. */
  integrationName?: string
}

export interface TraceOptions extends SpanOptions {
  resource?: string
  service?: string
  type?: string
  /** Whether the agent computes statistics for the span; default true. */
  measured?: boolean
}

/** A function to trace: with two parameters it ends its span by calling the second one. */
export type TracedFunction<Result> = (span: Span, done: (error?: unknown) => void) => Result

/** A span without activation; `startSpan` has no parent unless it is told one. */
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

/** Runs `fn` inside a new span that ends when `fn`, or what it returned, has. */
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
 * A function that does what `fn` does inside of a span, and cannot be told from it: same name, length, properties, and it
 * can be constructed. When its last argument is a function, that is taken for a Node-style callback, which ends the span.
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

/** Ends the span, then calls `callback` in the context of the caller. */
function endingCallback(span: Span, callback: (...args: unknown[]) => unknown, parent: Span | undefined) {
  const ending = function (this: unknown, ...args: unknown[]): unknown {
    const error = args[0]
    endSpan(span, error !== undefined && error !== null, error, undefined)
    return runInSpan(parent, callback, this, args)
  }
  return disguise(ending, callback)
}
