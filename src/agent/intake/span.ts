/** The shape into which every trace format is decoded. */

/** A decoded span. */
export interface SpanRecord {
  /** Low 64 bits of the trace id, unsigned. */
  traceId: bigint
  spanId: bigint
  /** 0n for a root. */
  parentId: bigint
  service: string
  /** The operation name. */
  name: string
  resource: string
  type: string
  /** 0, or anything else for an error. */
  error: number
  /** Unix time, nanoseconds. */
  startNs: bigint
  durationNs: number
  meta: Record<string, string>
  metrics: Record<string, number>
  /** Structured tags, each already decoded from its own msgpack. */
  metaStruct?: Record<string, unknown>
  /** Links that came in the format's own field; those in `meta['_dd.span_links']` stay there. */
  links?: SpanLinkRecord[]
  /** Events that came in the format's own field; those in `meta.events` stay there. */
  events?: SpanEventRecord[]
}

/** A decoded link of a span. */
export interface SpanLinkRecord {
  traceId: bigint
  /** High 64 bits of the linked trace id, 0n when it has none. */
  traceIdHigh: bigint
  spanId: bigint
  attributes: Record<string, string>
  tracestate?: string
  flags?: number
}

/** A decoded event of a span. */
export interface SpanEventRecord {
  name: string
  timeUnixNs: bigint
  attributes: Record<string, unknown>
}
