/** What spans of one name have in common, encoded once: a block that is copied, and the places in it to fill in. */

import { Bytes } from './bytes'

export interface Kind {
  /** Everything up to those entries of `meta` that vary. */
  head: Uint8Array
  traceId: number
  spanId: number
  parentId: number
  error: number
  start: number
  duration: number
  metaSize: number
  metaCount: number
  /** `metrics` up to the entries that vary. */
  metrics: Uint8Array
  metricsSize: number
  metricsCount: number
}

/** `meta` and `metrics` are tags that all of these spans have. */
export function kindOf(
  named: { name: string; service: string; type: string },
  meta: Record<string, string>,
  metrics: Record<string, number>,
): Kind {
  const out = new Bytes(new Uint8Array(2048))
  // Twelve entries.
  out.bytes[out.at++] = 0x8c
  const [traceId, spanId, parentId, start, duration] = [
    'trace_id',
    'span_id',
    'parent_id',
    'start',
    'duration',
  ].map(key => {
    out.text(key)
    return out.uint64()
  }) as [number, number, number, number, number]
  out.text('error')
  const error = out.at
  out.number(0)
  for (const [key, value] of Object.entries(named)) {
    out.text(key)
    out.text(value)
  }
  out.text('meta')
  const metaSize = out.map()
  for (const [key, value] of Object.entries(meta)) {
    out.text(key)
    out.text(value)
  }
  const head = out.bytes.slice(0, out.at)
  out.at = 0
  out.text('metrics')
  const metricsSize = out.map()
  for (const [key, value] of Object.entries(metrics)) {
    out.text(key)
    out.number(value)
  }
  return {
    ...{
      head,
      traceId,
      spanId,
      parentId,
      error,
      start,
      duration,
      metaSize,
      metricsSize,
    },
    metaCount: Object.keys(meta).length,
    metrics: out.bytes.slice(0, out.at),
    metricsCount: Object.keys(metrics).length,
  }
}
