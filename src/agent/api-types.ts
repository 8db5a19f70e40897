/** The JSON of the API, and what the terminal's renderers take. Ids are lower-case hexadecimal, times as named. */

import type { SpanEventRecord, SpanLinkRecord } from './intake/span'
import type { SampleType } from './profiles/pprof'
import type { IntakeStats } from './stats'
import type { ProfileFile, ProfileStoreStats } from './store/profile-store'
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
  profiles: ProfileStoreStats
}

export interface ProfileSummary {
  /** What `tracer profiles` prints: 1, 2, … */
  id: string
  service: string
  env: string
  version: string
  runtimeId: string
  /** `javascript`, `go`, `java`, … */
  language: string
  /** Unix time, ms. */
  startMs: number
  endMs: number
  /** As sent, mostly compressed. */
  bytes: number
  files: ProfileFileInfo[]
  /** Requests that ended in the window, by endpoint. */
  endpointCounts: Record<string, number>
}

export type ProfileFileInfo = Omit<ProfileFile, 'data'> & {
  /** As sent; `size` is what is in it. */
  bytes: number
}

export interface ProfileDetail extends ProfileSummary {
  tags: Record<string, string>
}

/** One sample type of one file, over the samples that were chosen. */
export interface ProfileSelection extends SampleType {
  profileId: string
  file: string
  /** Sum of the chosen samples, and of all. */
  total: number
  profileTotal: number
  /** Chosen ones. */
  sampleCount: number
}

export interface ProfileTop extends ProfileSelection {
  /** The largest first; `functionCount` says how many there are. */
  functions: FunctionCost[]
  functionCount: number
  /** Of the chosen samples, the dearest first; samples of none are left out. */
  endpoints: { endpoint: string; value: number }[]
}

export interface FunctionCost {
  name: string
  file: string
  /** Where the function begins; 0 when that is not known. */
  line: number
  /** Where it was on top of the stack. */
  self: number
  /** Where it was anywhere on it. */
  total: number
}

export interface ProfileFlame extends ProfileSelection {
  /** Depth first, the dearest sibling first; the first one, named `root`, is all. */
  frames: FlameFrame[]
}

export interface FlameFrame extends FunctionCost {
  /** Levels below the root. */
  depth: number
}
