/** What the formats of OTLP have in common: spans are written one by one, and requests are made of what was written. */

import type { SpanRecord } from '../../trace/local-trace'
import type { Attributes } from '../../trace/public'
import type { TagValue } from '../../trace/site'
import type { SpanLink } from '../../trace/span-extras'
import type { AttributeValue, Target } from './attributes'
import type { Nanos } from './nanos'

/** The fields of a span that are not lists. */
export interface Head {
  name: string
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number
  /** W3C `tracestate`; may be empty. */
  traceState: string
  /** W3C trace flags, and in bits 8 and 9 whether it is known that the parent is remote, and whether it is. */
  flags: number
  readonly start: Nanos
  readonly end: Nanos
}

/** Spans of one resource. After `begin`: attributes, then events, then links, then `end` or `undo`. */
export interface SpanOutput {
  /** Bytes that the spans have so far. */
  readonly byteLength: number
  begin(span: SpanRecord, head: Readonly<Head>): void
  attribute(target: Target, value: AttributeValue): void
  event(time: Readonly<Nanos>, name: string, attributes: Readonly<Attributes> | undefined): void
  link(link: SpanLink): void
  /** `failure`: the message of the status `error`, may be empty; undefined = the status is not set. */
  end(droppedAttributes: number, failure: string | undefined): void
  /** Takes back what was written since `begin`. */
  undo(): void
  /** The spans, and a fresh start. */
  take(): Uint8Array
}

/** Attributes of a resource. */
export type ResourceAttributes = Readonly<Record<string, TagValue>>

export interface Scope {
  name: string
  version: string
}

export interface Format {
  readonly contentType: string
  /** An empty place for spans. */
  newSpans(): SpanOutput
  /** A resource as it stands in requests. */
  resource(attributes: ResourceAttributes): Uint8Array
  /** A request, of what the other methods made; all its spans are of `scope`. */
  request(parts: readonly RequestPart[], scope: Readonly<Scope>): Uint8Array
}

/** The spans of one resource. */
export interface RequestPart {
  resource: Uint8Array
  spans: Uint8Array
}
