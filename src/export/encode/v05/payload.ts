/** Finished payloads of v0.5: joined from their parts, cut in two, and rewritten as v0.4 for an agent without v0.5. */

import { MsgpackBuffer } from '../../../std/msgpack'
import type { ChunkedPayload, Payload } from '../encoder'
import { StringTable } from './string-table'

/** A span as it comes out of a decoder; ids and times are 64 bits. */
type WireSpan = [
  service: number,
  name: number,
  resource: number,
  traceId: bigint,
  spanId: bigint,
  parentId: bigint,
  start: bigint,
  duration: bigint,
  error: number,
  meta: Map<number, number>,
  metrics: Map<number, number | bigint>,
  type: number,
]

type WirePayload = [strings: string[], chunks: WireSpan[][]]

/** Returns `[strings, chunks]` in one piece, in `spare` if it is large enough. */
export function joinV05(
  strings: StringTable,
  chunkCount: number,
  chunks: Uint8Array,
  spare?: Uint8Array,
): Uint8Array {
  const length = 1 + 5 + strings.byteLength + 5 + chunks.length
  const out = new MsgpackBuffer(0)
  const isSpareEnough = spare !== undefined && spare.length >= length
  out.use(isSpareEnough ? Buffer.from(spare.buffer) : Buffer.allocUnsafeSlow(length))
  out.bytes[out.at++] = 0x92
  out.array32(strings.size)
  out.copy(strings.bytes)
  out.array32(chunkCount)
  out.copy(chunks)
  return out.bytes.subarray(0, out.at)
}

/**
 * Returns two payloads with half of the chunks each; undefined when there is one chunk only. Slow: it is needed
 * rarely.
 */
export function splitV05(payload: Payload): [Payload, Payload] | undefined {
  if (payload.traceCount < 2) return undefined
  const [strings, chunks] = decode(payload.body)
  const middle = chunks.length >> 1
  return [rewrite(strings, chunks.slice(0, middle)), rewrite(strings, chunks.slice(middle))]
}

/** Returns the same chunks as a payload of v0.4, with the offsets of its chunks, so that it can be split. */
export function toV04(payload: Payload): ChunkedPayload {
  const [strings, chunks] = decode(payload.body)
  const out = new MsgpackBuffer(payload.body.length * 2)
  const chunkStarts: number[] = []
  out.array32(chunks.length)
  for (const chunk of chunks) {
    chunkStarts.push(out.at)
    out.array32(chunk.length)
    for (const span of chunk) writeV04(out, strings, span)
  }
  const { traceCount, spanCount } = payload
  return { body: out.bytes.subarray(0, out.at), traceCount, spanCount, chunkStarts }
}

function decode(body: Uint8Array): WirePayload {
  // Loaded only here: one payload in a hundred thousand needs it.
  const { Unpackr } = require('msgpackr') as typeof import('msgpackr')
  const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, int64AsType: 'bigint' })
  return unpackr.unpack(body) as WirePayload
}

function rewrite(strings: readonly string[], chunks: readonly WireSpan[][]): Payload {
  const table = new StringTable()
  const out = new MsgpackBuffer(64 * 1024)
  const put = (index: number): void => out.number(table.index(strings[index]))
  let spanCount = 0
  for (const chunk of chunks) {
    out.array32(chunk.length)
    spanCount += chunk.length
    for (const [
      service,
      name,
      resource,
      traceId,
      spanId,
      parentId,
      start,
      duration,
      error,
      meta,
      metrics,
      type,
    ] of chunk) {
      out.reserve(1)
      out.bytes[out.at++] = 0x9c
      for (const index of [service, name, resource]) put(index)
      for (const id of [traceId, spanId, parentId]) word64(out, 0xcf, id)
      for (const nanos of [start, duration]) word64(out, 0xd3, nanos)
      out.number(error)
      out.map32(meta.size)
      for (const [key, value] of meta) {
        put(key)
        put(value)
      }
      out.map32(metrics.size)
      for (const [key, value] of metrics) {
        put(key)
        out.number(Number(value))
      }
      put(type)
    }
  }
  const body = joinV05(table, chunks.length, out.bytes.subarray(0, out.at))
  return { body, traceCount: chunks.length, spanCount }
}

function writeV04(out: MsgpackBuffer, strings: readonly string[], span: WireSpan): void {
  const [service, name, resource, traceId, spanId, parentId, start, duration, error, meta, metrics, type] =
    span
  out.map32(strings[type] === '' ? 11 : 12)
  for (const [key, index] of [
    ['service', service],
    ['name', name],
    ['resource', resource],
  ] as const) {
    out.string(key)
    out.string(strings[index])
  }
  if (strings[type] !== '') {
    out.string('type')
    out.string(strings[type])
  }
  for (const [key, id] of [
    ['trace_id', traceId],
    ['span_id', spanId],
    ['parent_id', parentId],
  ] as const) {
    out.string(key)
    word64(out, 0xcf, id)
  }
  for (const [key, nanos] of [
    ['start', start],
    ['duration', duration],
  ] as const) {
    out.string(key)
    word64(out, 0xcf, nanos)
  }
  out.string('error')
  out.number(error)
  out.string('meta')
  out.map32(meta.size)
  for (const [key, value] of meta) {
    out.string(strings[key])
    out.string(strings[value])
  }
  out.string('metrics')
  out.map32(metrics.size)
  for (const [key, value] of metrics) {
    out.string(strings[key])
    out.number(Number(value))
  }
}

function word64(out: MsgpackBuffer, type: number, value: bigint): void {
  out.uint64(Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value)))
  out.bytes[out.at - 9] = type
}
