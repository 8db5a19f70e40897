/** Estimates what a span costs in the heap, so that the store can be capped in bytes. */

import type { SpanRecord } from '../intake/span'

/** Bytes of a span without tags: its object, two tag objects, four bigints and an entry in the trace's map. */
const SPAN_BYTES = 500
/**
 * Bytes of a tag beside its characters: slot and string header; short values are shared, but counted nevertheless.
 */
const TAG_BYTES = 32
const METRIC_BYTES = 24

/** Estimates the heap bytes of a span. */
export function estimateBytes(span: SpanRecord): number {
  let bytes = SPAN_BYTES + span.resource.length
  for (const key in span.meta) bytes += TAG_BYTES + span.meta[key].length
  for (const _ in span.metrics) bytes += METRIC_BYTES
  if (span.metaStruct !== undefined) bytes += jsonBytes(span.metaStruct)
  if (span.links !== undefined) bytes += jsonBytes(span.links)
  if (span.events !== undefined) bytes += jsonBytes(span.events)
  return bytes
}

/** Estimates the heap bytes of an object: about three times its JSON. */
function jsonBytes(value: unknown): number {
  const json = JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? String(item) : item))
  return 3 * json.length
}
