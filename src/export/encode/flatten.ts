/**
 * A span as plain objects: the reference for every trace format. The encoders of v0.4 and v0.5 use it only for
 * spans that fit no template, or whose long values are cut; their fast paths must write the same fields, and tests
 * compare the two (test/wire).
 */

import type { SpanRecord } from '../../trace/local-trace'
import type { CommonTags } from './common-tags'
import { isTopLevel, TOP_LEVEL, writeNumbers, writeTexts } from './derived-tags'
import { cutKey, cutValue } from './limits'

/** The fields of a span but ids, times and error, with all values cut to their limits. */
export interface FlatSpan {
  name: string
  resource: string
  service: string
  type: string
  meta: Record<string, string>
  metrics: Record<string, number>
}

/** Returns the fields of `span`. With `first`, the span is the first of its chunk and carries the tags of its trace. */
export function flatten(span: SpanRecord, first: boolean, common: CommonTags): FlatSpan {
  const meta: Record<string, string> = { ...common.meta }
  const metrics: Record<string, number> = { ...common.metrics }
  if (span.service.toLowerCase() !== common.service.toLowerCase()) {
    meta['_dd.base_service'] = common.service.toLowerCase()
  } else if (common.version !== undefined) meta.version = common.version
  addAll(span.site.tags, meta, metrics)
  addAll(span.tags, meta, metrics)
  const to = {
    text(name: string, value: string): void {
      meta[name] = cutValue(value)
    },
    number(name: string, value: number): void {
      metrics[name] = value
    },
  }
  if (isTopLevel(span)) metrics[TOP_LEVEL] = 1
  writeTexts(span, first, common, to)
  writeNumbers(span, first, to)
  return {
    name: cutValue(span.name),
    resource: cutValue(span.resource || span.name),
    service: cutValue(span.service),
    type: cutValue(span.type),
    meta,
    metrics,
  }
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
