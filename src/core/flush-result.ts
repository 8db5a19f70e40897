/** The outcome of `tracer.flush()` and `tracer.shutdown()`. */

/** Counts of traces since the last flush or shutdown. */
export interface FlushResult {
  /** Number of traces that the agent took. */
  sent: number
  /** Number of traces that were lost: refused, too large, or more than the memory limit allows to wait. */
  dropped: number
  /** True when the time was over before everything had left. */
  timedOut: boolean
}
