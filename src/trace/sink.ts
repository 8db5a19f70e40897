/** What the trace floor needs from the floors above it; `assemble.ts` hands the parts in. */

import type { LocalTrace } from './local-trace'
import type { Span } from './span'

/** Takes a chunk of finished spans of one local trace. It must have read all it needs when it returns. */
export interface TraceSink {
  add(trace: LocalTrace, spans: readonly Span[]): void
}

/** Decides once for a local trace: sets its priority, mechanism and sampling metrics. */
export interface TraceSampler {
  decide(trace: LocalTrace): void
}
