/** The JSON of the API, and what the terminal's renderers take. Ids are lower-case hexadecimal, times as named. */

import type { SpanEventRecord, SpanLinkRecord } from './intake/span'
import type { IntakeStats } from './stats'
import type { StoreStats } from './store/trace-store'

export interface TraceSummary {
  /** 32 digits, or 16 when the high half never came. */
  traceId: string
  /** Of the root span; of the first known one while the root is missing. */
  service: string
  name: string
  resource: string
  /** Unix time, ms. */
  startMs: number
  /** From the first start to the last end of any span. */
  durationMs: number
  spanCount: number
  errorCount: number
  /** `error` when any span has one. */
  status: 'ok' | 'error'
  /** Spans are still to come: some parent of the same process is missing, or a span said that it is not finished. */
  open: boolean
  /** All services, the root's first. */
  services: string[]
}

export interface TraceDetail extends TraceSummary {
  /** Depth first, siblings by start; the first one is the root. */
  spans: SpanDetail[]
}

export interface SpanDetail {
  spanId: string
  /** As sent, also when that parent has not arrived; null for a root. */
  parentId: string | null
  /** Levels below the root in the tree as shown. */
  depth: number
  /** Stands for a parent that has not arrived. */
  synthetic: boolean
  service: string
  name: string
  resource: string
  type: string
  error: boolean
  /** Unix time in nanoseconds, decimal: too large for a float64. */
  startNs: string
  /** From the start of the trace; negative never. */
  offsetMs: number
  durationMs: number
  meta: Record<string, string>
  metrics: Record<string, number>
  metaStruct?: Record<string, unknown>
  links?: Jsonified<SpanLinkRecord>[]
  events?: Jsonified<SpanEventRecord>[]
}

/** As it is in JSON: ids are hexadecimal and times decimal text. */
export type Jsonified<T> = { [K in keyof T]: T[K] extends bigint ? string : T[K] }

export interface AgentStats {
  version: string
  intake: IntakeStats
  store: StoreStats
}
