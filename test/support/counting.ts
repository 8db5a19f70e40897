/** Parts for tests of trace statistics: spans without configuration, and a writer with an agent of its own. */

import { resolveConfig } from '../../src/core/config/resolve'
import type { AgentInfo } from '../../src/core/signal'
import { Transport } from '../../src/core/transport'
import type { AgentWriter } from '../../src/export/send/writer'
import { Aggregator } from '../../src/export/stats/aggregator'
import type { Bucket } from '../../src/export/stats/bucket'
import { type Offer, UNKNOWN } from '../../src/export/stats/offer'
import { encodeStats, type Identity } from '../../src/export/stats/payload'
import { TraceStats } from '../../src/export/stats/trace-stats'
import type { TraceSink } from '../../src/trace/local-trace'
import { openSpanSampler } from '../../src/trace/sampling/open'
import { type FakeAgent, type FakeAgentOptions, infoAnswer, startFakeAgent } from './fake-agent'
import { catchLog } from './log-lines'
import { TEST_COMMON, type TestRuntime, testRuntime } from './runtime'
import { readStats, type SeenBucket, type SeenGroup } from './stats'
import { openTestWriter } from './writing'

export const IDENTITY: Identity = {
  Hostname: 'host-1',
  Env: 'test',
  Version: '1.2.3',
  Service: 'shop',
  TracerVersion: '0.0.1',
  RuntimeID: '00000000-0000-4000-8000-000000000000',
  ContainerID: '',
  GitCommitSha: '',
  ProcessTags: 'entrypoint.name:test',
}

/** Longer than any test: statistics leave when the test says so. */
const NEVER_MS = 3_600_000

export function decode(buckets: readonly Bucket[]): SeenBucket[] {
  return readStats(encodeStats(IDENTITY, 1, buckets)).Stats
}

export interface Counting {
  runtime: TestRuntime
  aggregator: Aggregator
  /** All groups so far, as they are sent; then none are left. */
  groups(): SeenGroup[]
}

/** Spans of `runtime` are counted as they are sent. */
export function counting(offer: Partial<Offer> = {}): Counting {
  const aggregator = new Aggregator('shop', { ...UNKNOWN, ...offer })
  const runtime = testRuntime({ sink: { add: (trace, spans) => aggregator.add(trace, spans) } })
  return { runtime, aggregator, groups: () => decode(aggregator.take()).flatMap(({ Stats }) => Stats) }
}

/** What `/info` of an agent that takes statistics says. */
export const TAKES_STATS = {
  endpoints: ['/v0.4/traces', '/v0.5/traces', '/v0.6/stats'],
  client_drop_p0s: true,
  peer_tags: ['_dd.base_service', 'db.name', 'out.host'],
}

export interface CountingWriter {
  agent: FakeAgent
  writer: AgentWriter
  stats: TraceStats
  sink: TraceSink
  /** Its traces have the priority that `priority` says when they end. */
  runtime: TestRuntime
  priority: number
  lines: string[]
}

export interface CountingOptions extends FakeAgentOptions {
  /** Fields of `/info`, in place of an answer. */
  fields?: object
  spanRules?: readonly object[]
  protocolVersion?: '0.4' | '0.5'
  sendEveryMs?: number
}

export async function countingWriter(
  t: { after(fn: () => unknown): void },
  options: CountingOptions = {},
): Promise<CountingWriter> {
  const { fields = TAKES_STATS, spanRules = [], protocolVersion, sendEveryMs = NEVER_MS } = options
  const lines = catchLog()
  const agent = await startFakeAgent({ info: () => infoAnswer(fields), ...options })
  const transport = new Transport(agent.url)
  const stats = new TraceStats({
    transport,
    common: TEST_COMMON,
    identity: IDENTITY,
    headers: { 'Datadog-Meta-Lang': 'nodejs' },
    sendEveryMs,
    random: () => 0,
  })
  const delayMs = NEVER_MS
  const writer = openTestWriter({ transport, delayMs, random: () => 0, protocolVersion, stats })
  const spanSampler = openSpanSampler(resolveConfig({ spanSamplingRules: spanRules }, {}))
  const sink = stats.countBefore(writer, spanSampler)
  const made: CountingWriter = { agent, writer, stats, sink, runtime: testRuntime(), priority: 1, lines }
  made.runtime = testRuntime({ sink, sampler: { decide: trace => trace.setDecision(made.priority, 0) } })
  t.after(async () => {
    await writer.shutdown(0)
    await stats.shutdown(0)
    transport.close()
    await agent.stop()
    catchLog('off')
  })
  return made
}

export function infoOf(fields: Record<string, unknown>): AgentInfo {
  return { endpoints: (fields.endpoints ?? []) as string[], maxRequestBytes: undefined, fields }
}
