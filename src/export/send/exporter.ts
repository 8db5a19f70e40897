/** The signal of traces: the interface of the part that sends traces to the agent or to an OpenTelemetry collector. */

import type { FlushResult } from '../../core/flush-result'
import type { Signal, Unsent } from '../../core/signal'
import type { TraceSink } from '../../trace/local-trace'

/** Traces or log records that have not been delivered; a log record also counts as a trace. */
export interface UnsentItems extends Unsent {
  readonly traceCount: number
}

/** The signal that takes finished traces. */
export interface Exporter extends TraceSink, Signal {
  /** Address of the receiver, without user name and password. */
  readonly url: string
  /** Bytes that wait: queued, being sent, and being filled. */
  readonly byteLength: number
  /**
   * Sends now what waits. Resolves, and never rejects, when it has left, when two attempts have failed (the payload is
   * kept), or after `timeoutMs` (default 5000).
   */
  flush(timeoutMs?: number): Promise<FlushResult>
  /** Flushes, by default for at most a second, and drops what is left; later traces are lost. */
  shutdown(timeoutMs?: number): Promise<FlushResult>
  setUrl(url: string): void
  takeUnsent(): UnsentItems
}
