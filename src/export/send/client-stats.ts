/** What the writer of traces needs to know of the statistics that the tracer computes itself. */

import type { AgentInfo } from '../../core/signal'

/** The statistics, as the writer uses the interface; `TraceStats` implements it. */
export interface ClientStats {
  /** Whether traces that are encoded now are counted in the tracer's statistics too. */
  readonly isCounting: boolean
  /** Whether it is known if the agent takes statistics; no payload leaves before. */
  readonly isSettled: boolean
  /** Asks the agent if it takes statistics. Rejects like `Transport.request` when it does not answer. */
  settle(info: { fetch(): Promise<AgentInfo | undefined> }): Promise<void>
  /** Told each answer of `/info`. */
  learn(info: AgentInfo): void
  /** Told that traces go to another agent from now on. */
  reset(): void
  /** Returns headers of a request with traces. `isCounted`: what `isCounting` was when the traces were encoded. */
  headers(isCounted: boolean): Readonly<Record<string, string>>
  /** Told that the agent has taken the last request that got `headers`. */
  accepted(): void
}
