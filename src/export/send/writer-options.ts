/** What an `AgentWriter` is made of. */

import type { AgentInfo } from '../../core/signal'
import type { Transport } from '../../core/transport'
import type { CommonTags } from '../encode/common-tags'
import type { TraceFormat } from '../encode/formats'
import type { ClientStats } from './client-stats'
import type { OutboundLimits } from './outbound'
import type { Rates } from './responses'

export interface WriterOptions extends Partial<OutboundLimits> {
  transport: Transport
  /** Returns the tags of every span, as they are now. */
  commonTags: () => CommonTags
  /** Default: those of the tracer. */
  formats?: readonly TraceFormat[]
  /** Version of the format that is used if the agent takes it. Default `0.4`. */
  protocolVersion?: string
  /** A chunk alone may be so large. Default 10 MiB, well under the 25 MiB that an agent takes. */
  maxChunkBytes?: number
  /** What `identityHeaders` makes. */
  headers?: Readonly<Record<string, string>>
  /** Statistics that the tracer computes itself. */
  stats?: ClientStats
  /** Told the sampling rates that the agent asks for. */
  onRates?: (rates: Rates) => void
  /** Told what the agent says about itself, each time that it does. */
  onInfo?: (info: AgentInfo) => void
}
