/**
 * OTLP as JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): the messages of protobuf.ts with
 * their fields in lowerCamelCase.
 *
 * | protobuf | JSON |
 * |---|---|
 * | ids | text of hexadecimal digits; other bytes would be base64 |
 * | fixed64, int64 | text of decimal digits |
 * | fixed32, uint32, double | number |
 * | enum | number |
 */

import { toHex } from '../../std/u64'
import type { SpanRecord } from '../../trace/local-trace'
import type { SpanLink } from '../../trace/span-extras'
import { type AttributeValue, keepValue, type Target } from './attributes'
import { anyValue, encodeResource, listOf, quoted } from './json-values'
import { decimalOf, type Nanos } from './nanos'
import type { Head, SpanFormat, SpanOutput } from './output'

const ERROR = 2

class JsonSpans implements SpanOutput {
  #done: Buffer[] = []
  #head = ''
  #attributes = ''
  #events = ''
  #links = ''
  byteLength = 0

  begin(span: SpanRecord, head: Readonly<Head>): void {
    const { parentHi, parentLo } = span
    this.#attributes = this.#events = this.#links = ''
    const parent = (parentHi | parentLo) === 0 ? '' : `,"parentSpanId":"${toHex(parentHi, parentLo)}"`
    const state = head.traceState === '' ? '' : `,"traceState":${quoted(head.traceState)}`
    this.#head =
      `{"traceId":"${span.trace.toTraceId(true)}","spanId":"${toHex(span.idHi, span.idLo)}"${parent}${state}` +
      `,"flags":${head.flags},"name":${quoted(head.name)},"kind":${head.kind}` +
      `,"startTimeUnixNano":"${decimalOf(head.start)}","endTimeUnixNano":"${decimalOf(head.end)}"`
  }

  attribute(target: Target, value: AttributeValue): void {
    target.json ??= { name: quoted(target.name), values: new Map() }
    const encoded = target.json
    let text = encoded.values?.get(value)
    if (text === undefined) {
      text = `,{"key":${encoded.name},"value":${anyValue(value)}}`
      if (encoded.values !== undefined) keepValue(encoded, value, text)
    }
    this.#attributes += text
  }

  event(
    time: Readonly<Nanos>,
    name: string,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): void {
    this.#events += `,{"timeUnixNano":"${decimalOf(time)}","name":${quoted(name)}${listOf(attributes)}}`
  }

  link({ traceId, spanId, tracestate, attributes = {}, flags }: SpanLink): void {
    const state = tracestate === undefined ? '' : `,"traceState":${quoted(tracestate)}`
    const end = flags === undefined ? '' : `,"flags":${flags}`
    this.#links += `,{"traceId":"${traceId}","spanId":"${spanId}"${state}${listOf(attributes)}${end}}`
  }

  end(droppedAttributes: number, failure: string | undefined): void {
    const dropped = droppedAttributes === 0 ? '' : `,"droppedAttributesCount":${droppedAttributes}`
    const events = this.#events === '' ? '' : `,"events":[${this.#events.slice(1)}]`
    const links = this.#links === '' ? '' : `,"links":[${this.#links.slice(1)}]`
    const message = failure === undefined || failure === '' ? '' : `,"message":${quoted(failure)}`
    const status = `{"code":${failure === undefined ? 0 : ERROR}${message}}`
    const text = `${this.#head},"attributes":[${this.#attributes.slice(1)}]${dropped}${events}${links},"status":${status}}`
    const bytes = Buffer.from(this.#done.length === 0 ? text : `,${text}`)
    this.#done.push(bytes)
    this.byteLength += bytes.length
  }

  undo(): void {
    // Nothing is kept before `end`.
  }

  take(): Uint8Array {
    const spans = Buffer.concat(this.#done)
    this.#done = []
    this.byteLength = 0
    return spans
  }
}

/** The format `http/json` of traces. */
export const json: SpanFormat = {
  contentType: 'application/json',
  newSpans: () => new JsonSpans(),
  resource: encodeResource,
  request(parts, scope) {
    const pieces: Uint8Array[] = []
    const scopeSpans = Buffer.from(`,"scopeSpans":[{"scope":${JSON.stringify(scope)},"spans":[`)
    for (const { resource, spans } of parts) {
      pieces.push(Buffer.from(pieces.length === 0 ? '{"resourceSpans":[{"resource":' : ',{"resource":'))
      pieces.push(resource, scopeSpans, spans, Buffer.from(']}]}'))
    }
    pieces.push(Buffer.from(']}'))
    return Buffer.concat(pieces)
  },
}
