/** What the tracer asks of the part that traces leave through, whoever takes them. */

import type { AgentRequest } from '../../core/transport'
import type { TraceSink } from '../../trace/local-trace'

/** What `flush()` and `shutdown()` did, in traces since the last of these calls. */
export interface FlushResult {
  /** Taken by the agent. */
  sent: number
  /** Lost: refused, too large, or more than memory is granted. */
  dropped: number
  /** True when the time was over before everything had left. */
  timedOut: boolean
}

/** What has not left. */
export interface Unsent {
  requests: AgentRequest[]
  traceCount: number
  spanCount: number
}

export interface Exporter extends TraceSink {
  /** Bytes that wait: queued, being sent, and being filled. */
  readonly byteLength: number
  /**
   * Sends what there is, without waiting for a better time. Resolves, and never rejects, when it has left, when two
   * attempts have failed (the payload is kept), or after `timeoutMs` (default 5000).
   */
  flush(options?: { timeoutMs?: number }): Promise<FlushResult>
  /** Flushes, by default for at most a second, and drops what is left; later traces are lost. The transport stays open. */
  shutdown(options?: { timeoutMs?: number }): Promise<FlushResult>
  /** Sends to another address from now on, also what waits. */
  setUrl(url: string): void
  /** Takes out all that has not left, as requests: for a last attempt by other means when the process exits. */
  takeUnsent(): Unsent
}
