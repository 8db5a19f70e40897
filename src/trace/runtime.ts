/** What a trace needs from the tracer that it belongs to. */

import type { TraceSampler, TraceSink } from './sink'

export interface TraceRuntime {
  /** False: tracing is switched off while the program runs, and nothing is to make spans. */
  enabled: boolean
  /** Default service of spans. */
  readonly service: string
  /** Whether new traces get 128-bit ids. */
  readonly traceId128: boolean
  /** So many finished spans of an open trace are sent before the rest. */
  readonly partialFlushMinSpans: number
  sampler: TraceSampler
  sink: TraceSink
  /** Called when a trace had too many open spans and let `count` of them go. */
  onOpenSpansDetached(count: number): void
}
