/** What traces leave through: the signal of traces, whether the agent or a collector takes them. */

import type { FlushResult } from '../../core/flush-result'
import type { Signal, Unsent } from '../../core/signal'
import type { TraceSink } from '../../trace/local-trace'

/** Traces or log records that have not left; a log record counts as a trace, too. */
export interface UnsentItems extends Unsent {
  readonly traceCount: number
}

export interface Exporter extends TraceSink, Signal {
  /** Where traces go, without user name and password. */
  readonly url: string
  /** Bytes that wait: queued, being sent, and being filled. */
  readonly byteLength: number
  /**
   * Sends what there is, without waiting for a better time. Resolves, and never rejects, when it has left, when two
   * attempts have failed (the payload is kept), or after `timeoutMs` (default 5000).
   */
  flush(timeoutMs?: number): Promise<FlushResult>
  /** Flushes, by default for at most a second, and drops what is left; later traces are lost. */
  shutdown(timeoutMs?: number): Promise<FlushResult>
  setUrl(url: string): void
  takeUnsent(): UnsentItems
}
