/** What the writer of traces needs to know of the statistics that the tracer computes itself. */

import type { AgentInfo } from '../../core/signal'

export interface ClientStats {
  /** Whether traces that are encoded now are also counted. */
  readonly isCounting: boolean
  /** Whether it is known what the agent takes; no payload leaves before. */
  readonly isSettled: boolean
  /** Finds that out. Rejects like `Transport.request` when nobody answers. */
  settle(info: { fetch(): Promise<AgentInfo | undefined> }): Promise<void>
  /** The agent has said something new about itself. */
  learn(info: AgentInfo): void
  /** Traces go to another agent from now on. */
  reset(): void
  /** Headers of a request with traces. `isCounted`: what `isCounting` was when they were encoded. */
  headers(isCounted: boolean): Readonly<Record<string, string>>
  /** The agent has taken the last request that got `headers`. */
  accepted(): void
}
