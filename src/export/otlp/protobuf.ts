/**
 * OTLP as protobuf (https://github.com/open-telemetry/opentelemetry-proto):
 *
 * | message | fields |
 * |---|---|
 * | ExportTraceServiceRequest | 1 resource_spans* |
 * | ResourceSpans | 1 resource, 2 scope_spans* |
 * | ScopeSpans | 1 scope, 2 spans* |
 * | Span | 1 trace_id (16 bytes), 2 span_id (8 bytes), 3 trace_state, 4 parent_span_id, 5 name, 6 kind (enum), 7 start and 8 end_time_unix_nano (fixed64), 9 attributes*, 10 dropped_attributes_count, 11 events*, 13 links*, 15 status, 16 flags (fixed32) |
 * | Event | 1 time_unix_nano (fixed64), 2 name, 3 attributes* |
 * | Link | 1 trace_id, 2 span_id, 3 trace_state, 4 attributes*, 6 flags (fixed32) |
 * | Status | 2 message, 3 code (enum: 2 error) |
 *
 * `*` repeated; attributes, resource and scope are in protobuf-values.ts. Fields 12 and 14, the numbers of dropped
 * events and links, are never written, since the tracer does not count these.
 */

import { Writer } from 'protobufjs/minimal'
import type { SpanRecord } from '../../trace/local-trace'
import type { SpanLink } from '../../trace/span-extras'
import { type AttributeValue, type Encoded, keepValue, type Target } from './attributes'
import type { Nanos } from './nanos'
import type { Head, SpanFormat, SpanOutput } from './output'
import {
  BYTES,
  encodeResource,
  encodeScope,
  FIXED32,
  lengthened,
  tag,
  VARINT,
  writeAttributes,
  writeTime,
  writeValue,
} from './protobuf-values'
import { sendable } from './text'

const ERROR = 2

const traceId = new Uint8Array(16)
const traceIdView = new DataView(traceId.buffer)
const spanId = new Uint8Array(8)
const spanIdView = new DataView(spanId.buffer)

class ProtobufSpans implements SpanOutput {
  readonly #out = Writer.create()
  #start = 0

  get byteLength(): number {
    return this.#out.pos
  }

  begin(span: SpanRecord, head: Readonly<Head>): void {
    const out = this.#out
    const { trace, parentHi, parentLo } = span
    this.#start = out.pos
    out.uint32(tag(2, BYTES)).fork()
    traceIdView.setInt32(0, trace.upperHi)
    traceIdView.setInt32(4, trace.upperLo)
    traceIdView.setInt32(8, trace.traceHi)
    traceIdView.setInt32(12, trace.traceLo)
    out.uint32(tag(1, BYTES)).bytes(traceId)
    this.#spanId(2, span.idHi, span.idLo)
    if (head.traceState !== '') out.uint32(tag(3, BYTES)).string(sendable(head.traceState))
    if ((parentHi | parentLo) !== 0) this.#spanId(4, parentHi, parentLo)
    out.uint32(tag(5, BYTES)).string(sendable(head.name))
    out.uint32(tag(6, VARINT)).uint32(head.kind)
    writeTime(out, 7, head.start)
    writeTime(out, 8, head.end)
    out.uint32(tag(16, FIXED32)).fixed32(head.flags)
  }

  attribute(target: Target, value: AttributeValue): void {
    const out = this.#out
    target.protobuf ??= encodeName(target.name)
    const encoded = target.protobuf
    const ready = encoded.values?.get(value)
    if (ready !== undefined) {
      out.raw(ready)
      return
    }
    const from = out.pos
    out.uint32(tag(9, BYTES)).fork().raw(encoded.name)
    writeValue(out.uint32(tag(2, BYTES)), value)
    out.ldelim()
    if (encoded.values !== undefined)
      keepValue(encoded, value, new Uint8Array(out.buf.subarray(from, out.pos)))
  }

  event(
    time: Readonly<Nanos>,
    name: string,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): void {
    const out = this.#out
    out.uint32(tag(11, BYTES)).fork()
    writeTime(out, 1, time)
    out.uint32(tag(2, BYTES)).string(sendable(name))
    writeAttributes(out, 3, attributes)
    out.ldelim()
  }

  link(link: SpanLink): void {
    const out = this.#out
    out.uint32(tag(13, BYTES)).fork()
    out.uint32(tag(1, BYTES)).bytes(Buffer.from(link.traceId, 'hex'))
    out.uint32(tag(2, BYTES)).bytes(Buffer.from(link.spanId, 'hex'))
    if (link.tracestate !== undefined) out.uint32(tag(3, BYTES)).string(sendable(link.tracestate))
    writeAttributes(out, 4, link.attributes ?? {})
    if (link.flags !== undefined) out.uint32(tag(6, FIXED32)).fixed32(link.flags)
    out.ldelim()
  }

  end(droppedAttributes: number, failure: string | undefined): void {
    const out = this.#out
    if (droppedAttributes > 0) out.uint32(tag(10, VARINT)).uint32(droppedAttributes)
    if (failure !== undefined) {
      out.uint32(tag(15, BYTES)).fork()
      if (failure !== '') out.uint32(tag(2, BYTES)).string(sendable(failure))
      out.uint32(tag(3, VARINT)).uint32(ERROR).ldelim()
    }
    out.ldelim()
  }

  undo(): void {
    this.#out.pos = this.#start
    this.#out.states = null
  }

  take(): Uint8Array {
    const bytes = this.#out.finish()
    this.#out.reset()
    return bytes
  }

  #spanId(field: number, hi: number, lo: number): void {
    spanIdView.setInt32(0, hi)
    spanIdView.setInt32(4, lo)
    this.#out.uint32(tag(field, BYTES)).bytes(spanId)
  }
}

function encodeName(name: string): Encoded<Uint8Array> {
  const bytes = Writer.create().uint32(tag(1, BYTES)).string(sendable(name)).finish()
  return { name: bytes, values: new Map() }
}

/** The format `http/protobuf` of traces. */
export const protobuf: SpanFormat = {
  contentType: 'application/x-protobuf',

  newSpans: () => new ProtobufSpans(),

  resource: encodeResource,

  request(parts, { name, version }) {
    const pieces: Uint8Array[] = []
    const scope = encodeScope(name, version)
    for (const { resource, spans } of parts) {
      const scopeSpans = lengthened(2, scope.length + spans.length)
      const length = resource.length + scopeSpans.length + scope.length + spans.length
      pieces.push(lengthened(1, length), resource, scopeSpans, scope, spans)
    }
    return Buffer.concat(pieces)
  },
}
