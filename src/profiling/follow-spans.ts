/** Labels samples of this thread with the span that was running and the endpoint that it served. */

import { followClosed, type SpanRecord } from '../trace/local-trace'
import type { Binding } from './binding'
import { Endpoints } from './endpoints'
import { takeLabels } from './labels'
import { learnAsyncContext } from './learn-async-context'
import { SpanSlot } from './span-slot'

/** What samples are labelled with, and how. */
export interface FollowOptions {
  /** Whether requests are counted by endpoint, and samples labelled with their endpoint. */
  endpoints: boolean
  /** Whether the signal handler may read the running span out of Node's async context, where that works. */
  useAsyncContext: boolean
}

/** The labelling of samples, which lasts until `stop()`. */
export interface Following {
  /**
   * `async-context`: the signal handler reads Node's async context. `slot`: JavaScript writes each switch of spans
   * into the add-on's slot.
   */
  readonly mode: 'async-context' | 'slot'
  /** Endpoints of local roots, which the wall sampler joins with its samples. */
  readonly endpoints: Endpoints
  /** Returns how many requests finished since the last call, by endpoint. */
  counts(): Record<string, number>
  stop(): void
}

/** Labels samples of this thread with spans until `stop()` of the result. Not to be called again before that. */
export function followSpans(
  binding: Binding,
  { endpoints: counts, useAsyncContext }: FollowOptions,
): Following {
  const endpoints = new Endpoints()
  const readsAsyncContext = useAsyncContext && learnAsyncContext(binding)
  const slot = readsAsyncContext ? undefined : new SpanSlot(binding.slot)
  slot?.start()
  // Drops the label sets that were used before the first window.
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

/** Returns the listener for finished spans with the parts that are needed only, since it runs once for each span. */
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
