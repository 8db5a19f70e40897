/** Configuration → parts → tracer: the only file that knows all parts. */

import { isMainThread } from 'node:worker_threads'
import { resolveAgentUrl } from './core/agent-url'
import type { Config } from './core/config/resolve'
import { watchProcess } from './core/lifecycle'
import { log } from './core/log'
import { startupLine } from './core/startup-line'
import { commonTags } from './export/common-tags'
import { V04Encoder } from './export/v04'
import { V05Encoder } from './export/v05'
import { AgentWriter, type FlushResult } from './export/writer'
import { manifest } from './manifest'
import type { Registry } from './patch/registry'
import { every } from './std/timer'
import type { Propagator } from './trace/propagation/index'
import { parseStyles, type Style } from './trace/propagation/styles'
import type { TraceRuntime } from './trace/runtime'
import { parseRules } from './trace/sampling/rules'
import { Sampler } from './trace/sampling/sampler'
import { SpanSampler } from './trace/sampling/span-rules'
import type { TraceSink } from './trace/sink'
import { flushWaiting, MAX_WAIT_MS } from './trace/waiting'
import { VERSION } from './version'

export interface Assembly {
  readonly config: Config
  readonly runtime: TraceRuntime
  readonly propagator: Propagator
  readonly registry: Registry
  setUrl(url: string): void
  flush(): Promise<FlushResult>
  shutdown(timeoutMs?: number): Promise<FlushResult>
}
