/**
 * The end of a process that spans are open in: they are finished as failed, so that what went wrong is not what is
 * missing. `core/lifecycle.ts` says when.
 */

import { executionAsyncId } from 'node:async_hooks'
import { activeSpan, lastThrown } from './context'
import { openTraces, type SpanRecord } from './local-trace'
import type { Span } from './span'

/** Type of the error of spans that did not fail themselves. */
const PROCESS_EXIT = 'ProcessExit'

export type UncaughtOrigin = 'uncaughtException' | 'unhandledRejection'

/** The error that nobody caught in this turn of the event loop, and the span in which it was thrown. */
let uncaught: { error: unknown; span: Span | undefined } | undefined

/** Nobody caught `error`. `mayLive`: the application may handle it after us. */
export function recordUncaught(error: unknown, origin: UncaughtOrigin, mayLive: boolean): void {
  const span = thrownIn(origin)
  uncaught = { error, span }
  if (!mayLive) return
  // Only runs in a process that goes on.
  setImmediate(() => {
    uncaught = undefined
  }).unref()
  span?.recordException(error)
  span?.trace.request?.fail(error)
}

/** The span in which it was thrown: an exception has left the context of its span on its way to where nobody caught it. */
function thrownIn(origin: UncaughtOrigin): Span | undefined {
  const thrown = origin === 'uncaughtException' ? lastThrown(executionAsyncId()) : undefined
  return thrown !== undefined && thrown.trace.openCount > 0 ? thrown : activeSpan()
}

/**
 * Finishes all open spans. The one that the error was thrown in has failed with it, and so has the first of its trace;
 * `reason`, a sentence, is what others have failed with: all of them, or those whose caller gets no answer now.
 */
export function finishOpenSpans(reason: string, allFailed: boolean): void {
  const traces = openTraces()
  const { error, span: culprit } = uncaught ?? { error: undefined, span: undefined }
  if (culprit !== undefined && culprit.trace.openIndex < 0) traces.push(culprit.trace)
  const suspect = culprit ?? (traces.length === 1 && uncaught !== undefined ? traces[0].root : undefined)
  const exit = { name: PROCESS_EXIT, message: reason, stack: `${PROCESS_EXIT}: ${reason}`, cause: error }
  for (const trace of traces) {
    // Children first: with the first span, the trace leaves.
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
