/** A trace runtime without configuration or network: spans are collected in a list. */

import type { CommonTags } from '../../src/export/encode/common-tags'
import { type FlatSpan, flatten } from '../../src/export/encode/flatten'
import { toBigInt } from '../../src/std/u64'
import type { LocalTrace, SpanRecord, TraceRuntime } from '../../src/trace/local-trace'

/** A copy of a span, made when it was handed over. */
export interface SeenSpan extends FlatSpan {
  traceId: bigint
  spanId: bigint
  parentId: bigint
  error: number
  durationMs: number
}

export interface TestRuntime extends TraceRuntime {
  /** Chunks in the order in which they came. */
  chunks: SeenSpan[][]
  spans(): SeenSpan[]
}

export const TEST_COMMON: CommonTags = {
  service: 'shop',
  meta: { language: 'javascript', 'runtime-id': '00000000-0000-4000-8000-000000000000', env: 'test' },
  metrics: { process_id: 42 },
  version: '1.2.3',
  chunkMeta: { '_dd.tags.process': 'entrypoint.name:test' },
}

export function testRuntime(options: Partial<TraceRuntime> = {}): TestRuntime {
  const chunks: SeenSpan[][] = []
  return {
    enabled: true,
    service: 'shop',
    traceId128: true,
    partialFlushMinSpans: 1000,
    sampler: {
      decide(trace: LocalTrace) {
        trace.setDecision(1, 0)
      },
    },
    sink: {
      add(_trace: LocalTrace, spans: readonly SpanRecord[]) {
        chunks.push(spans.map((span, index) => copy(span, index === 0)))
      },
    },
    onOpenSpansDetached() {},
    chunks,
    spans: () => chunks.flat(),
    ...options,
  }
}

function copy(span: SpanRecord, first: boolean): SeenSpan {
  return {
    ...flatten(span, first, TEST_COMMON),
    traceId: toBigInt(span.trace.traceHi, span.trace.traceLo),
    spanId: toBigInt(span.idHi, span.idLo),
    parentId: toBigInt(span.parentHi, span.parentLo),
    error: span.error,
    durationMs: span.durationMs,
  }
}
