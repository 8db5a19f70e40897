/**
 * `/v0.3/traces` and `/v0.4/traces`: an array of chunks, a chunk an array of spans, a span a map.
 *
 * type, name, resource, service str · trace_id, span_id, parent_id u64 · error i32 · start, duration i64 ns ·
 * meta map str→str · metrics map str→number · meta_struct map str→bin · span_links, span_events arrays.
 * Unknown keys are skipped and missing ones are empty or zero, as in the Datadog Agent.
 */

import { readEvents, readLinks } from './native-fields'
import type { SpanRecord } from './span'
import { numberMap, stringMap, structMap } from './tag-maps'
import { int32, int64, list, map, text, uint64 } from './values'

/** Returns the chunks of spans of a decoded body; throws a `DecodeError` that names the place of the first fault. */
export function readV04(payload: unknown): SpanRecord[][] {
  return list(payload, 'payload').map((chunk, chunkIndex) =>
    list(chunk, `chunk ${chunkIndex}`).map((span, spanIndex) =>
      readSpan(span, `chunk ${chunkIndex} span ${spanIndex}`),
    ),
  )
}

function readSpan(value: unknown, where: string): SpanRecord {
  const span: SpanRecord = {
    traceId: 0n,
    spanId: 0n,
    parentId: 0n,
    service: '',
    name: '',
    resource: '',
    type: '',
    error: 0,
    startNs: 0n,
    durationNs: 0,
    meta: {},
    metrics: {},
  }
  for (const [key, item] of map(value, where)) readField(span, text(key, `${where} key`), item, where)
  return span
}

function readField(span: SpanRecord, key: string, value: unknown, where: string): void {
  switch (key) {
    case 'trace_id':
      span.traceId = uint64(value, `${where}: trace_id`)
      break
    case 'span_id':
      span.spanId = uint64(value, `${where}: span_id`)
      break
    case 'parent_id':
      span.parentId = uint64(value, `${where}: parent_id`)
      break
    case 'service':
    case 'name':
    case 'resource':
    case 'type':
      span[key] = text(value, `${where}: ${key}`)
      break
    case 'error':
      span.error = int32(value, `${where}: error`)
      break
    case 'start':
      span.startNs = int64(value, `${where}: start`)
      break
    case 'duration':
      span.durationNs = Number(int64(value, `${where}: duration`))
      break
    case 'meta':
      span.meta = stringMap(value, `${where}: meta`)
      break
    case 'metrics':
      span.metrics = numberMap(value, `${where}: metrics`)
      break
    case 'meta_struct':
      span.metaStruct = structMap(value, `${where}: meta_struct`)
      break
    case 'span_links':
      span.links = readLinks(value, `${where}: span_links`)
      break
    case 'span_events':
      span.events = readEvents(value, `${where}: span_events`)
      break
  }
}
