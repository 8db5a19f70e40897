/** Lets samples carry the span that ran and the endpoint it served. */

import { followClosed, type SpanRecord } from '../trace/local-trace'
import type { Binding } from './binding'
import { Endpoints } from './endpoints'
import { takeLabels } from './labels'
import { learnAsyncContext } from './learn-async-context'
import { SpanSlot } from './span-slot'

export interface FollowOptions {
  /** Whether requests are counted and samples carry their endpoint. */
  endpoints: boolean
  /** Whether the running span may be read out of Node's async context, where that works. */
  useAsyncContext: boolean
}

export interface Following {
  /** `frame`: the signal handler reads the async context; `slot`: JavaScript tells it of each switch. */
  readonly mode: 'async-context' | 'slot'
  /** For the wall profiler, which joins them with its samples. */
  readonly endpoints: Endpoints
  /** Requests that finished since the last call, by endpoint. */
  counts(): Record<string, number>
  stop(): void
}

/** From now on samples of this thread carry spans and labels; one at a time. */
export function followSpans(
  binding: Binding,
  { endpoints: counts, useAsyncContext }: FollowOptions,
): Following {
  const endpoints = new Endpoints()
  const readsAsyncContext = useAsyncContext && learnAsyncContext(binding)
  const slot = readsAsyncContext ? undefined : new SpanSlot(binding.slot)
  slot?.start()
  // Sets of labels from before the first window.
  takeLabels()
  const closed = closedFor(counts ? endpoints : undefined, slot)
  const unfollow = closed && followClosed(closed)
  return {
    mode: readsAsyncContext ? 'async-context' : 'slot',
    endpoints,
    counts: () => endpoints.takeCounts(),
    stop() {
      unfollow?.()
      slot?.stop()
      if (readsAsyncContext) binding.useAsyncContext(false)
    },
  }
}

/** Only what is needed: it is called for each span. */
function closedFor(
  endpoints: Endpoints | undefined,
  slot: SpanSlot | undefined,
): ((span: SpanRecord) => void) | undefined {
  if (slot === undefined) return endpoints && (span => endpoints.closed(span))
  return span => {
    slot.finished(span)
    endpoints?.closed(span)
  }
}
