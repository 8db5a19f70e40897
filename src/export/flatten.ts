/**
 * What a span looks like on the wire, as plain objects: the reference that every format follows. v0.5 and the rare
 * cases of v0.4 encode from it; the fast path of v0.4 writes the same fields without making them first, and a test
 * compares the two.
 */

import { toHex } from '../std/u64'
import type { LocalTrace } from '../trace/local-trace'
import { UNDECIDED } from '../trace/priority'
import type { Span } from '../trace/span'
import type { CommonTags } from './common-tags'
import { cutKey, cutValue } from './limits'
import { eventsJson, linksJson } from './span-json'

export interface FlatSpan {
  name: string
  resource: string
  service: string
  type: string
  meta: Record<string, string>
  metrics: Record<string, number>
}

/** `first`: the span is the first of its chunk, and so carries the trace-level tags. */
export function flatten(span: Span, first: boolean, common: CommonTags): FlatSpan {
  const meta: Record<string, string> = { ...common.meta }
  const metrics: Record<string, number> = { ...common.metrics }
  if (span.service.toLowerCase() !== common.service.toLowerCase()) {
    meta['_dd.base_service'] = common.service.toLowerCase()
  } else if (common.version !== undefined) meta.version = common.version
  addAll(span.site.tags, meta, metrics)
  addAll(span.tags, meta, metrics)
  if (span.events !== undefined) meta.events = eventsJson(span)
  if (span.links !== undefined) meta['_dd.span_links'] = linksJson(span)
  if (span.parentService !== span.service) metrics['_dd.top_level'] = 1
  const trace = span.trace
  if (trace.origin !== undefined) meta['_dd.origin'] = trace.origin
  if (first) {
    Object.assign(meta, common.chunkMeta)
    addTraceTags(trace, meta, metrics)
  }
  if (span === trace.root) {
    if (trace.ruleRate >= 0) metrics['_dd.rule_psr'] = trace.ruleRate
    if (trace.limitRate >= 0) metrics['_dd.limit_psr'] = trace.limitRate
    if (trace.agentRate >= 0) metrics['_dd.agent_psr'] = trace.agentRate
  }
  return {
    name: cutValue(span.name),
    resource: cutValue(span.resource || span.name),
    service: cutValue(span.service),
    type: cutValue(span.type),
    meta,
    metrics,
  }
}

/** Tags of the first span of a chunk. */
export function addTraceTags(
  trace: LocalTrace,
  meta: Record<string, string>,
  metrics: Record<string, number>,
): void {
  if (trace.priority !== UNDECIDED) metrics._sampling_priority_v1 = trace.priority
  if ((trace.upperHi | trace.upperLo) !== 0) meta['_dd.p.tid'] = toHex(trace.upperHi, trace.upperLo)
  const remote = trace.remote
  if (remote !== undefined) {
    if (remote.lastDatadogParent !== '') meta['_dd.parent_id'] = remote.lastDatadogParent
    if (remote.propagationError !== '') meta['_dd.propagation_error'] = remote.propagationError
  }
  addAll(trace.propagated, meta, metrics)
  addAll(trace.chunkTags, meta, metrics)
}

function addAll(
  tags: Readonly<Record<string, unknown>> | undefined,
  meta: Record<string, string>,
  metrics: Record<string, number>,
): void {
  if (tags === undefined) return
  for (const name in tags) {
    const value = tags[name]
    const key = cutKey(name)
    // A tag is in one of the two maps, never in both: the later type wins.
    if (typeof value === 'string') {
      meta[key] = cutValue(value)
      delete metrics[key]
    } else if (typeof value === 'number' && Number.isFinite(value)) {
      metrics[key] = value
      delete meta[key]
    } else if (typeof value === 'boolean') {
      metrics[key] = value ? 1 : 0
      delete meta[key]
    }
  }
}
