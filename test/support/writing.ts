/** A trace writer with an agent of its own. */

import { Unpackr } from 'msgpackr'
import { resolveConfig } from '../../src/core/config/resolve'
import { resetCounters } from '../../src/core/tracer-counters'
import { Transport } from '../../src/core/transport'
import { openWriter, type WriterParts } from '../../src/export/send/open-writer'
import type { AgentWriter } from '../../src/export/send/writer'
import { type FakeAgent, type FakeAgentOptions, type Received, startFakeAgent } from './fake-agent'
import { catchLog } from './log-lines'
import { TEST_COMMON } from './runtime'

export const MIB = 1024 * 1024
/** Longer than any test: payloads leave when the test says so. */
const NEVER_MS = 3_600_000

/** A writer of the default configuration whose spans have the tags of `TEST_COMMON`. */
export function openTestWriter(parts: Omit<WriterParts, 'tracerVersion'>): AgentWriter {
  return openWriter(resolveConfig({}, {}), {
    tracerVersion: '0.0.1',
    commonTags: () => TEST_COMMON,
    ...parts,
  })
}

export interface Writing {
  agent: FakeAgent
  writer: AgentWriter
  transport: Transport
  /** Lines of the tracer's own log, `info` and worse. */
  lines: string[]
}

/** The writer sends nothing by itself unless `options` say otherwise; agent and writer end with the test. */
export async function writing(
  t: { after(fn: () => unknown): void },
  agentOptions: FakeAgentOptions = {},
  options: Partial<WriterParts> = {},
): Promise<Writing> {
  resetCounters()
  const lines = catchLog()
  const agent = await startFakeAgent(agentOptions)
  const transport = new Transport(agent.url)
  const writer = openTestWriter({ transport, delayMs: NEVER_MS, random: () => 0, ...options })
  t.after(async () => {
    await writer.shutdown(0)
    transport.close()
    await agent.stop()
    catchLog('off')
  })
  return { agent, writer, transport, lines }
}

const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'bigint' })
const mapUnpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, int64AsType: 'bigint' })

/** The tag `index` of the first span of each chunk. */
export function indexesOf({ path, body }: Received): number[] {
  if (path === '/v0.4/traces') {
    const chunks = unpackr.unpack(body) as { metrics: Record<string, number> }[][]
    return chunks.map(([{ metrics }]) => metrics.index)
  }
  const [strings, chunks] = mapUnpackr.unpack(body) as [string[], unknown[][][]]
  const index = strings.indexOf('index')
  return chunks.map(([span]) => (span[10] as Map<number, number>).get(index) as number)
}

/** Returns the indexes of all payloads that were answered with 2xx or not at all, in order of arrival. */
export function allIndexes(received: readonly Received[]): number[] {
  return received.flatMap(indexesOf)
}

/** 0, 1, … `count - 1`. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
