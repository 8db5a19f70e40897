/** Reads OTLP traces with the code that OpenTelemetry generates from its published definition. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Reader } from 'protobufjs/minimal'
import type { FakeAgent, Received } from './fake-agent'

export type Any = string | number | boolean | null | Any[] | { [key: string]: Any }

export interface OtlpEvent {
  timeUnixNano: string
  name: string
  attributes: Record<string, Any>
}

export interface OtlpLink {
  traceId: string
  spanId: string
  traceState: string
  attributes: Record<string, Any>
  flags: number
}

/** A span, with its attributes and those of its resource as objects. */
export interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId: string
  traceState: string
  name: string
  kind: number
  flags: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Record<string, Any>
  /** Integers among the attributes, which are not doubles on the wire. */
  integers: string[]
  droppedAttributesCount: number
  events: OtlpEvent[]
  links: OtlpLink[]
  status: { code: number; message: string }
  resource: Record<string, Any>
  scope: { name: string; version: string }
}

export type Plain = Record<string, unknown>

export interface MessageType {
  decode(bytes: Uint8Array): object
  fromObject(value: object): object
  toObject(message: object, options: object): Plain
}

// The package does not export it: it is what its own serializers use.
const generated = join(
  require.resolve('@opentelemetry/otlp-transformer/package.json'),
  '..',
  'build',
  'src',
  'generated',
  'root.js',
)
const { collector } = require(generated).opentelemetry.proto
export const LogsRequest: MessageType = collector.logs.v1.ExportLogsServiceRequest
const Request: MessageType = collector.trace.v1.ExportTraceServiceRequest
export const PLAIN = { longs: String, enums: Number, bytes: String }

/** Spans of a request in the order in which they are in it. */
export function readProtobuf(body: Uint8Array): OtlpSpan[] {
  const flags = flagsIn(body)
  const request = Request.toObject(Request.decode(body), { ...PLAIN, defaults: true })
  return spansOf(request, base64 => Buffer.from(base64, 'base64').toString('hex')).map((span, index) => {
    const { ofSpan, ofLinks } = flags[index]
    return {
      ...span,
      flags: ofSpan,
      links: span.links.map((link, at) => ({ ...link, flags: ofLinks[at] })),
    }
  })
}

/**
 * Reads JSON; fails for keys that are not in the definition, and for values that its JSON mapping writes differently.
 */
export function readJson(body: Uint8Array): OtlpSpan[] {
  const request = JSON.parse(Buffer.from(body).toString('utf8')) as Plain
  const known = mapped(request, (name, value) => {
    if (/^(traceId|spanId|parentSpanId)$/.test(name)) {
      assert.match(String(value), name === 'traceId' ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{16}$/)
      return Buffer.from(String(value), 'hex').toString('base64')
    }
    // Newer than the generated code.
    if (name === 'flags') assert.ok(Number.isInteger(value))
    return name === 'flags' ? undefined : value
  })
  assert.deepEqual(Request.toObject(Request.fromObject(known), PLAIN), known)
  return spansOf(request, hex => hex)
}

/** Spans of all requests that were accepted, or not answered. */
export function spansSentTo({ payloads }: FakeAgent): OtlpSpan[] {
  return payloads.flatMap(readRequest)
}

export function readRequest({ headers, body }: Received): OtlpSpan[] {
  const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
  return headers['content-type'] === 'application/json' ? readJson(bytes) : readProtobuf(bytes)
}

export function mapped(value: object, change: (name: string, value: unknown) => unknown): Plain {
  const out: Plain = Array.isArray(value) ? ([] as unknown as Plain) : {}
  for (const [name, each] of Object.entries(value)) {
    // As good as absent.
    if (Array.isArray(each) && each.length === 0) continue
    const changed = typeof each === 'object' ? mapped(each, change) : change(name, each)
    if (changed !== undefined) out[name] = changed
  }
  return out
}

function spansOf(request: Plain, idOf: (text: string) => string): OtlpSpan[] {
  return listAt(request, 'resourceSpans').flatMap(resourceSpans => {
    const { attributes: resource } = attributesOf(resourceSpans.resource as Plain)
    return listAt(resourceSpans, 'scopeSpans').flatMap(scopeSpans => {
      const { name, version } = scopeSpans.scope as { name: string; version: string }
      return listAt(scopeSpans, 'spans').map(span => {
        const { code = 0, message = '' } = (span.status ?? {}) as { code?: number; message?: string }
        return {
          traceId: idOf(String(span.traceId)),
          spanId: idOf(String(span.spanId)),
          parentSpanId: idOf(String(span.parentSpanId ?? '')),
          traceState: String(span.traceState ?? ''),
          name: String(span.name),
          kind: Number(span.kind),
          flags: Number(span.flags),
          startTimeUnixNano: String(span.startTimeUnixNano),
          endTimeUnixNano: String(span.endTimeUnixNano),
          ...attributesOf(span),
          droppedAttributesCount: Number(span.droppedAttributesCount ?? 0),
          events: listAt(span, 'events').map(event => ({
            timeUnixNano: String(event.timeUnixNano),
            name: String(event.name),
            attributes: attributesOf(event).attributes,
          })),
          links: listAt(span, 'links').map(link => ({
            traceId: idOf(String(link.traceId)),
            spanId: idOf(String(link.spanId)),
            traceState: String(link.traceState ?? ''),
            attributes: attributesOf(link).attributes,
            flags: Number(link.flags ?? 0),
          })),
          status: { code, message },
          resource,
          scope: { name, version },
        }
      })
    })
  })
}

export function listAt(value: Plain, name: string): Plain[] {
  return (value[name] ?? []) as Plain[]
}

export function attributesOf(value: Plain): { attributes: Record<string, Any>; integers: string[] } {
  const attributes: Record<string, Any> = {}
  const integers: string[] = []
  for (const { key, value: any } of listAt(value, 'attributes') as { key: string; value: Plain }[]) {
    assert.ok(!Object.hasOwn(attributes, key), `attribute ${key} comes twice`)
    attributes[key] = anyOf(any)
    if (typeof any.intValue === 'string') integers.push(key)
  }
  return { attributes, integers }
}

export function anyOf(any: Plain): Any {
  const kinds = Object.keys(any)
  if (kinds.length === 0) return null
  assert.equal(kinds.length, 1, `one value, not ${kinds}`)
  const value = any[kinds[0]]
  if (kinds[0] === 'intValue') return Number(value)
  if (kinds[0] === 'arrayValue') return listAt(value as Plain, 'values').map(anyOf)
  if (kinds[0] === 'kvlistValue') {
    const pairs = listAt(value as Plain, 'values') as { key: string; value: Plain }[]
    return Object.fromEntries(pairs.map(each => [each.key, anyOf(each.value)]))
  }
  return value as Any
}

/** Field 16 of spans and field 6 of their links, which are newer than the generated code. */
function flagsIn(body: Uint8Array): { ofSpan: number; ofLinks: number[] }[] {
  const found: { ofSpan: number; ofLinks: number[] }[] = []
  eachMessage(body, { 1: { 2: { 2: span => found.push(flagsOf(span)) } } })
  return found
}

function flagsOf(span: Uint8Array): { ofSpan: number; ofLinks: number[] } {
  const ofLinks: number[] = []
  eachMessage(span, { 13: link => ofLinks.push(fixed32(link, 6)) })
  return { ofSpan: fixed32(span, 16), ofLinks }
}

type Path = { [field: number]: Path | ((bytes: Uint8Array) => void) }

function eachMessage(bytes: Uint8Array, path: Path): void {
  const reader = Reader.create(bytes)
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const next = path[tag >>> 3]
    if ((tag & 7) !== 2 || next === undefined) reader.skipType(tag & 7)
    else if (typeof next === 'function') next(reader.bytes())
    else eachMessage(reader.bytes(), next)
  }
}

function fixed32(bytes: Uint8Array, field: number): number {
  const reader = Reader.create(bytes)
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === ((field << 3) | 5)) return reader.fixed32()
    reader.skipType(tag & 7)
  }
  return 0
}

/** The answer of a collector that did not take all. */
export function partialSuccess(rejectedSpans: number, errorMessage: string): Uint8Array {
  const { ExportTraceServiceResponse: Response } = collector.trace.v1
  return Response.encode(Response.fromObject({ partialSuccess: { rejectedSpans, errorMessage } })).finish()
}
