/**
 * Finishes the spans that are open when the process ends, so that the operation that failed is not missing from its
 * trace. `core/lifecycle.ts` says when the process ends.
 */

import { executionAsyncId } from 'node:async_hooks'
import { activeSpan, lastThrown } from './context'
import { openTraces, type SpanRecord } from './local-trace'
import type { Span } from './span'

/** Value of `error.type` on spans that did not fail themselves. */
const PROCESS_EXIT = 'ProcessExit'

/** The event of `process` by which an uncaught error was reported. */
export type UncaughtOrigin = 'uncaughtException' | 'unhandledRejection'

/** The uncaught error of this turn of the event loop, and the span in which it was thrown. */
let uncaught: { error: unknown; span: Span | undefined } | undefined

/**
 * Remembers an uncaught `error` for `finishOpenSpans`. `maySurvive`: handlers of the application run after this call
 * and may keep the process alive; the error is then recorded as an event of its span.
 */
export function recordUncaught(error: unknown, origin: UncaughtOrigin, maySurvive: boolean): void {
  const span = thrownIn(origin)
  uncaught = { error, span }
  if (!maySurvive) return
  // Runs only if the process goes on.
  setImmediate(() => {
    uncaught = undefined
  }).unref()
  span?.recordException(error)
  span?.trace.request?.fail(error)
}

/** Returns the span in which the error was thrown; an uncaught exception has left the async context of its span. */
function thrownIn(origin: UncaughtOrigin): Span | undefined {
  const thrown = origin === 'uncaughtException' ? lastThrown(executionAsyncId()) : undefined
  return thrown !== undefined && thrown.trace.openCount > 0 ? thrown : activeSpan()
}

/**
 * Finishes all open spans. The span that the uncaught error was thrown in, and the local root above it, have failed
 * with that error. Others have failed with the error `ProcessExit` and the message `reason`: all of them if
 * `allFailed`, else server spans only, since their callers get no response any more.
 */
export function finishOpenSpans(reason: string, allFailed: boolean): void {
  const traces = openTraces()
  const { error, span: culprit } = uncaught ?? { error: undefined, span: undefined }
  if (culprit !== undefined && culprit.trace.openIndex < 0) traces.push(culprit.trace)
  const suspect = culprit ?? (traces.length === 1 && uncaught !== undefined ? traces[0].root : undefined)
  const exit = { name: PROCESS_EXIT, message: reason, stack: `${PROCESS_EXIT}: ${reason}`, cause: error }
  for (const trace of traces) {
    // Children first: the trace is sent when its root finishes.
    for (const span of trace.spans.filter(each => each.durationMs < 0).reverse()) {
      if (span === suspect || span === suspect?.trace.root) span.setErrorOnce(error)
      else if (allFailed || isServer(span)) span.setErrorOnce(exit)
      if (trace.request?.span === span) trace.request.finishAtExit()
      else span.finish()
    }
  }
}

function isServer({ tags, site }: SpanRecord): boolean {
  return (tags['span.kind'] ?? site.tags['span.kind']) === 'server'
}
