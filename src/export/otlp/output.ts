/** The interface of the formats of OTLP: spans are written one by one, and the written spans are put into requests. */

import type { SpanRecord } from '../../trace/local-trace'
import type { Attributes } from '../../trace/public'
import type { TagValue } from '../../trace/site'
import type { SpanLink } from '../../trace/span-extras'
import type { AttributeValue, Target } from './attributes'
import type { Nanos } from './nanos'

/** Fields of a span that are not lists. */
export interface Head {
  name: string
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number
  /** W3C `tracestate`; may be empty. */
  traceState: string
  /** W3C trace flags. Bit 8: it is known whether the parent is remote; bit 9: it is. */
  flags: number
  readonly start: Nanos
  readonly end: Nanos
}

/** The spans of one resource. After `begin` come attributes, events and links in this order, then `end` or `undo`. */
export interface SpanOutput {
  /** Bytes of the spans so far. */
  readonly byteLength: number
  begin(span: SpanRecord, head: Readonly<Head>): void
  attribute(target: Target, value: AttributeValue): void
  event(time: Readonly<Nanos>, name: string, attributes: Readonly<Attributes> | undefined): void
  link(link: SpanLink): void
  /** Ends the span. `failure`: message of the status `error`, may be empty; undefined when the status is not set. */
  end(droppedAttributes: number, failure: string | undefined): void
  /** Removes what was written since `begin`. */
  undo(): void
  /** Returns the spans and starts anew. */
  take(): Uint8Array
}

/** Attributes of a resource. */
export type ResourceAttributes = Readonly<Record<string, TagValue>>

/** The instrumentation scope: who made the spans or records. */
export interface Scope {
  name: string
  version: string
}

/** A format of traces. */
export interface SpanFormat {
  readonly contentType: string
  /** Returns an empty output. */
  newSpans(): SpanOutput
  /** Returns the bytes of a resource in a request. */
  resource(attributes: ResourceAttributes): Uint8Array
  /** Returns the body of a request, made of what the other methods returned; all its spans are of `scope`. */
  request(parts: readonly RequestPart[], scope: Readonly<Scope>): Uint8Array
}

/** The spans of one resource in a request. */
export interface RequestPart {
  resource: Uint8Array
  spans: Uint8Array
}
