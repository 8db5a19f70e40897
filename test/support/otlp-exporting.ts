/** An OTLP exporter with a collector of its own. */

import { resetCounters } from '../../src/core/tracer-counters'
import { Transport } from '../../src/core/transport'
import { SpanBatch } from '../../src/export/otlp/batch'
import { OtlpExporter, type OtlpOptions } from '../../src/export/otlp/exporter'
import { json } from '../../src/export/otlp/json'
import type { SpanFormat } from '../../src/export/otlp/output'
import { protobuf } from '../../src/export/otlp/protobuf'
import type { TraceRuntime } from '../../src/trace/local-trace'
import { type FakeAgent, type FakeAgentOptions, startFakeAgent } from './fake-agent'
import { catchLog } from './log-lines'
import { type OtlpSpan, readJson, readProtobuf } from './otlp'
import { testRuntime } from './runtime'

export const FORMATS: readonly [name: string, format: SpanFormat, read: (body: Uint8Array) => OtlpSpan[]][] =
  [
    ['protobuf', protobuf, readProtobuf],
    ['JSON', json, readJson],
  ]

export const SCOPE = { name: 'tracer', version: '9.8.7' }

/** A runtime whose traces are encoded, and what they are encoded to. */
export function encoding(
  format: SpanFormat,
  options: Partial<TraceRuntime> = {},
): { runtime: TraceRuntime; take: () => Uint8Array; spanCount: () => number } {
  let spanCount = 0
  const batch = new SpanBatch({
    format,
    scope: SCOPE,
    resource: service => format.resource({ 'service.name': service, 'process.pid': 42 }),
    onFull: () => {},
    maxSpans: 1000,
    maxBytes: 1024 * 1024,
  })
  const runtime = testRuntime({ sink: { add: (trace, spans) => void batch.add(trace, spans) }, ...options })
  return {
    runtime,
    take() {
      const payload = batch.take()
      spanCount += payload?.spanCount ?? 0
      return payload?.body ?? new Uint8Array()
    },
    spanCount: () => spanCount,
  }
}

export interface Exporting {
  collector: FakeAgent
  exporter: OtlpExporter
  /** Lines of the tracer's own log, `info` and worse. */
  lines: string[]
}

/** The exporter sends nothing by itself unless `options` say otherwise; both end with the test. */
export async function exporting(
  t: { after(fn: () => unknown): void },
  collectorOptions: FakeAgentOptions = {},
  options: Partial<OtlpOptions> = {},
): Promise<Exporting> {
  resetCounters()
  const lines = catchLog()
  const collector = await startFakeAgent({ answer: () => ({ status: 200 }), ...collectorOptions })
  const transport = new Transport(collector.url)
  const exporter = new OtlpExporter({
    transport,
    path: '/v1/traces',
    format: protobuf,
    scope: SCOPE,
    resource: service => ({ 'service.name': service }),
    delayMs: 3_600_000,
    random: () => 0,
    ...options,
  })
  t.after(async () => {
    await exporter.shutdown(0)
    transport.close()
    await collector.stop()
    catchLog('off')
  })
  return { collector, exporter, lines }
}
