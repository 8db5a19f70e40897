/** Prepares a stored trace for the API and the terminal. */

import type { SpanDetail, TraceDetail, TraceSummary } from '../api-types'
import type { SpanRecord } from '../intake/span'
import type { StoredTrace } from './stored-trace'
import { formatTraceId, hex64 } from './trace-id'
import { buildTree, type SpanNode } from './tree'

const summaries = new WeakMap<StoredTrace, { version: number; summary: TraceSummary }>()

/** Returns the summary of a trace, computed once for each of its versions. */
export function summarize(trace: StoredTrace): TraceSummary {
  const cached = summaries.get(trace)
  if (cached?.version === trace.version) return cached.summary
  const summary = buildSummary(trace, buildTree(trace.spans.values()).root)
  summaries.set(trace, { version: trace.version, summary })
  return summary
}

/** Returns a trace with its spans as a list, depth first. */
export function detail(trace: StoredTrace): TraceDetail {
  const { root } = buildTree(trace.spans.values())
  const summary = buildSummary(trace, root)
  const start = startOf(trace)
  const spans: SpanDetail[] = []
  const stack: [SpanNode, number][] = [[root, 0]]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [node, depth] = next
    spans.push(spanDetail(node, depth, start))
    for (let at = node.children.length - 1; at >= 0; at--) stack.push([node.children[at], depth + 1])
  }
  return { ...summary, spans }
}

function buildSummary(trace: StoredTrace, root: SpanNode): TraceSummary {
  const spans = [...trace.spans.values()]
  const start = startOf(trace)
  let end = start
  for (const span of spans) {
    const spanEnd = span.startNs + BigInt(span.durationNs)
    if (spanEnd > end) end = spanEnd
  }
  const shown = root.synthetic ? root.children[0].span : root.span
  return {
    traceId: formatTraceId(trace.id),
    service: shown.service,
    name: shown.name,
    resource: shown.resource,
    startMs: Number(start) / 1e6,
    durationMs: Number(end - start) / 1e6,
    spanCount: spans.length,
    errorCount: trace.errorCount,
    status: trace.errorCount > 0 ? 'error' : 'ok',
    open: isOpen(trace),
    services: [...new Set([shown, ...spans].map(span => span.service))],
  }
}

function startOf(trace: StoredTrace): bigint {
  let start: bigint | undefined
  for (const span of trace.spans.values())
    if (start === undefined || span.startNs < start) start = span.startNs
  return start ?? 0n
}

/**
 * Tells whether spans are yet to come: unfinished ones, or the missing parent of a span that is no entry span. An entry
 * span (top level, or a server's or consumer's) may have its parent in a process that reports elsewhere; any other
 * parent is in the process that sent the span.
 */
function isOpen(trace: StoredTrace): boolean {
  for (const span of trace.spans.values()) {
    if (span.metrics['_dd.partial_version'] >= 0) return true
    if (span.parentId !== 0n && !trace.spans.has(span.parentId) && !isEntry(span)) return true
  }
  return false
}

function isEntry(span: SpanRecord): boolean {
  const kind = span.meta['span.kind']
  return (
    kind === 'server' ||
    kind === 'consumer' ||
    span.metrics['_dd.top_level'] === 1 ||
    span.metrics._top_level === 1
  )
}

function spanDetail({ span, synthetic }: SpanNode, depth: number, startNs: bigint): SpanDetail {
  const result: SpanDetail = {
    spanId: hex64(span.spanId),
    parentId: span.parentId === 0n ? null : hex64(span.parentId),
    depth,
    synthetic,
    service: span.service,
    name: span.name,
    resource: span.resource,
    type: span.type,
    error: span.error !== 0,
    startNs: String(span.startNs),
    offsetMs: Number(span.startNs - startNs) / 1e6,
    durationMs: span.durationNs / 1e6,
    meta: span.meta,
    metrics: span.metrics,
  }
  if (span.metaStruct !== undefined) result.metaStruct = span.metaStruct
  if (span.links !== undefined) {
    result.links = span.links.map(link => ({
      ...link,
      traceId: hex64(link.traceId),
      traceIdHigh: hex64(link.traceIdHigh),
      spanId: hex64(link.spanId),
    }))
  }
  if (span.events !== undefined) {
    result.events = span.events.map(event => ({ ...event, timeUnixNs: String(event.timeUnixNs) }))
  }
  return result
}
