/** The JSON of the API, which the terminal's renderers take as well. Ids are lower-case hexadecimal. */

import type { SpanEventRecord, SpanLinkRecord } from './intake/span'
import type { SampleType } from './profiles/pprof'
import type { IntakeStats } from './stats'
import type { ProfileFile, ProfileStoreStats } from './store/profile-store'
import type { StoreStats } from './store/trace-store'

/** A trace in a list. */
export interface TraceSummary {
  /** 32 digits, or 16 when the high half never came. */
  traceId: string
  /** Service of the root span; of the first known span while the root is missing. */
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
  /**
   * True while spans are still to come: a parent of the same process is missing, or a span is marked as unfinished.
   */
  open: boolean
  /** All services, the root's first. */
  services: string[]
}

/** A trace with its spans. */
export interface TraceDetail extends TraceSummary {
  /** Depth first, siblings by start; the first one is the root. */
  spans: SpanDetail[]
}

/** A span of a `TraceDetail`. */
export interface SpanDetail {
  spanId: string
  /** Parent id as sent, also when that parent has not arrived; null for a root. */
  parentId: string | null
  /** Levels below the root in the tree as shown. */
  depth: number
  /** True if the entry stands for a parent that has not arrived. */
  synthetic: boolean
  service: string
  name: string
  resource: string
  type: string
  error: boolean
  /** Unix time in nanoseconds, decimal: too large for a float64. */
  startNs: string
  /** Time from the start of the trace; never negative. */
  offsetMs: number
  durationMs: number
  meta: Record<string, string>
  metrics: Record<string, number>
  metaStruct?: Record<string, unknown>
  links?: Jsonified<SpanLinkRecord>[]
  events?: Jsonified<SpanEventRecord>[]
}

/** The JSON form of a record: ids are hexadecimal and times decimal text. */
export type Jsonified<T> = { [K in keyof T]: T[K] extends bigint ? string : T[K] }

/** Counts of the agent since its start or `clear()`. */
export interface AgentStats {
  version: string
  intake: IntakeStats
  store: StoreStats
  profiles: ProfileStoreStats
}

/** A profile in a list. */
export interface ProfileSummary {
  /** Number that `tracer profiles` prints: 1, 2, … */
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
  /** Size of the upload as sent, mostly compressed. */
  bytes: number
  files: ProfileFileInfo[]
  /** Requests that ended in the window, by endpoint. */
  endpointCounts: Record<string, number>
}

/** A file of a profile, without its content. */
export type ProfileFileInfo = Omit<ProfileFile, 'data'> & {
  /** Size as sent; `size` is the unpacked size. */
  bytes: number
}

/** A profile with its tags. */
export interface ProfileDetail extends ProfileSummary {
  tags: Record<string, string>
}

/** One sample type of one file, over the samples that were chosen. */
export interface ProfileSelection extends SampleType {
  profileId: string
  file: string
  /** Sum of the selected samples; `profileTotal` is the sum of all. */
  total: number
  profileTotal: number
  /** Number of selected samples. */
  sampleCount: number
}

/** The functions of a profile, by cost. */
export interface ProfileTop extends ProfileSelection {
  /** Functions, the most expensive first; `functionCount` is their number before the limit. */
  functions: FunctionCost[]
  functionCount: number
  /** Sums of the selected samples by endpoint, the largest first; samples without an endpoint are left out. */
  endpoints: { endpoint: string; value: number }[]
}

/** A function and its share of the samples. */
export interface FunctionCost {
  name: string
  file: string
  /** Line where the function begins; 0 when unknown. */
  line: number
  /** Sum of the samples with the function on top of the stack. */
  self: number
  /** Sum of the samples with the function anywhere on the stack. */
  total: number
}

/** The stacks of a profile as a tree. */
export interface ProfileFlame extends ProfileSelection {
  /** Frames depth first, the most expensive sibling first; the first one, named `root`, stands for all samples. */
  frames: FlameFrame[]
}

/** A node of a `ProfileFlame`. */
export interface FlameFrame extends FunctionCost {
  /** Levels below the root. */
  depth: number
}
