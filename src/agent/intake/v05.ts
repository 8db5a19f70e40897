/**
 * `/v0.5/traces`: `[string table, chunks]`, each span an array of exactly twelve.
 *
 * 0 service · 1 name · 2 resource (indexes) · 3 trace id · 4 span id · 5 parent id (u64) · 6 start · 7 duration (i64
 * ns) · 8 error (i32) · 9 meta map index→index · 10 metrics map index→number · 11 type (index)
 */

import { DecodeError } from './decode-error'
import type { SpanRecord } from './span'
import { float, int32, int64, list, map, put, text, uint64 } from './values'

const SPAN_LENGTH = 12

/** Returns the chunks of spans of a decoded body; throws a `DecodeError` that names the place of the first fault. */
export function readV05(payload: unknown): SpanRecord[][] {
  const parts = list(payload, 'payload')
  if (parts.length !== 2) throw new DecodeError(`payload: expected 2 elements, got ${parts.length}`)
  const table = list(parts[0], 'string table').map((item, index) => text(item, `string table[${index}]`))
  return list(parts[1], 'chunks').map((chunk, chunkIndex) =>
    list(chunk, `chunk ${chunkIndex}`).map((span, spanIndex) =>
      readSpan(span, table, `chunk ${chunkIndex} span ${spanIndex}`),
    ),
  )
}

function readSpan(value: unknown, table: string[], where: string): SpanRecord {
  const fields = list(value, where)
  if (fields.length !== SPAN_LENGTH) {
    throw new DecodeError(`${where}: expected ${SPAN_LENGTH} elements, got ${fields.length}`)
  }
  const meta: Record<string, string> = {}
  for (const [key, item] of map(fields[9], `${where}: meta`)) {
    put(meta, lookUp(key, table, where, 'meta key'), lookUp(item, table, where, 'meta value'))
  }
  const metrics: Record<string, number> = {}
  for (const [key, item] of map(fields[10], `${where}: metrics`)) {
    put(metrics, lookUp(key, table, where, 'metrics key'), float(item, `${where}: metrics`))
  }
  return {
    traceId: uint64(fields[3], `${where}: trace id`),
    spanId: uint64(fields[4], `${where}: span id`),
    parentId: uint64(fields[5], `${where}: parent id`),
    service: lookUp(fields[0], table, where, 'service'),
    name: lookUp(fields[1], table, where, 'name'),
    resource: lookUp(fields[2], table, where, 'resource'),
    type: lookUp(fields[11], table, where, 'type'),
    error: int32(fields[8], `${where}: error`),
    startNs: int64(fields[6], `${where}: start`),
    durationNs: Number(int64(fields[7], `${where}: duration`)),
    meta,
    metrics,
  }
}

function lookUp(index: unknown, table: string[], where: string, field: string): string {
  if (typeof index !== 'number' || !Number.isInteger(index)) {
    throw new DecodeError(`${where}: ${field}: expected an index into the string table`)
  }
  const found = table[index]
  if (found === undefined) {
    throw new DecodeError(`${where}: ${field}: index ${index} is outside the string table of ${table.length}`)
  }
  return found
}
