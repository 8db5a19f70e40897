/** What an `AgentWriter` is made of. */

import type { AgentInfo } from '../../core/signal'
import type { Transport } from '../../core/transport'
import type { CommonTags } from '../encode/common-tags'
import type { TraceFormat } from '../encode/formats'
import type { ClientStats } from './client-stats'
import type { OutboundLimits } from './outbound'
import type { Rates } from './responses'

/** Options of an `AgentWriter`; limits have defaults. */
export interface WriterOptions extends Partial<OutboundLimits> {
  transport: Transport
  /** Returns the tags of every span as they are now. */
  commonTags: () => CommonTags
  /** The formats to choose from. Default: all formats of the tracer. */
  formats?: readonly TraceFormat[]
  /** Version of the format that is used if the agent takes it. Default `0.4`. */
  protocolVersion?: string
  /** Largest chunk, in bytes. Default 10 MiB, well under the 25 MiB that an agent takes. */
  maxChunkBytes?: number
  /** Headers of every request; see `identityHeaders`. */
  headers?: Readonly<Record<string, string>>
  /** Statistics that the tracer computes itself. */
  stats?: ClientStats
  /** Told the sampling rates that the agent asks for. */
  onRates?: (rates: Rates) => void
  /** Told each answer of the agent's `/info`. */
  onInfo?: (info: AgentInfo) => void
}
