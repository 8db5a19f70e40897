/**
 * Tags that no code sets: they are derived from the state of a span and its trace while it is encoded. All formats
 * derive them here, and hand in how a tag is written.
 */

import { toHex } from '../../std/u64'
import type { SpanRecord } from '../../trace/local-trace'
import { UNDECIDED } from '../../trace/priority'
import type { CommonTags } from './common-tags'
import { eventsJson, linksJson } from './span-json'

/** How a format writes one tag. */
export interface TagWriter {
  text(name: string, value: string): void
  /** `value` is finite. */
  number(name: string, value: number): void
}

/**
 * Writes the text tags of a span and returns their number. With `first`, also the tags of its trace, which the
 * first span of a chunk carries.
 */
export function writeTexts(span: SpanRecord, first: boolean, common: CommonTags, to: TagWriter): number {
  const { trace } = span
  let count = 0
  if (trace.origin !== undefined) {
    to.text('_dd.origin', trace.origin)
    count++
  }
  if (span.events !== undefined) {
    to.text('events', eventsJson(span))
    count++
  }
  if (span.links !== undefined) {
    to.text('_dd.span_links', linksJson(span))
    count++
  }
  if (!first) return count
  count += writeAll(common.chunkMeta, to)
  if ((trace.upperHi | trace.upperLo) !== 0) {
    to.text('_dd.p.tid', toHex(trace.upperHi, trace.upperLo))
    count++
  }
  if (trace.remote !== undefined) {
    const { lastDatadogParent, propagationError } = trace.remote
    if (lastDatadogParent !== '') {
      to.text('_dd.parent_id', lastDatadogParent)
      count++
    }
    if (propagationError !== '') {
      to.text('_dd.propagation_error', propagationError)
      count++
    }
  }
  if (trace.propagated !== undefined) count += writeAll(trace.propagated, to)
  if (trace.chunkTags !== undefined) count += writeAll(trace.chunkTags, to)
  return count
}

/** Tag with the value 1 on a span whose parent is of another service or process. */
export const TOP_LEVEL = '_dd.top_level'

/** Returns whether `span` enters its service. */
export function isTopLevel(span: SpanRecord): boolean {
  return span.parentService !== span.service
}

/** Returns whether `writeTexts` or `writeNumbers` would write anything: for most spans neither need be called. */
export function hasDerived(span: SpanRecord, first: boolean): boolean {
  return (
    first ||
    span === span.trace.root ||
    span.trace.origin !== undefined ||
    span.events !== undefined ||
    span.links !== undefined
  )
}

/**
 * Writes the sampling priority on the first span of a chunk, and the sampling rates on the local root. Returns the
 * number of tags.
 */
export function writeNumbers(span: SpanRecord, first: boolean, to: TagWriter): number {
  const { trace } = span
  let count = 0
  if (first && trace.priority !== UNDECIDED) {
    to.number('_sampling_priority_v1', trace.priority)
    count++
  }
  if (span !== trace.root) return count
  if (trace.ruleRate >= 0) {
    to.number('_dd.rule_psr', trace.ruleRate)
    count++
  }
  if (trace.limitRate >= 0) {
    to.number('_dd.limit_psr', trace.limitRate)
    count++
  }
  if (trace.agentRate >= 0) {
    to.number('_dd.agent_psr', trace.agentRate)
    count++
  }
  return count
}

function writeAll(tags: Readonly<Record<string, string>>, to: TagWriter): number {
  let count = 0
  for (const name in tags) {
    to.text(name, tags[name])
    count++
  }
  return count
}
