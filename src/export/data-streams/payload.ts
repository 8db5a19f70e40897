/**
 * The body of `POST /v0.1/pipeline_stats`, msgpack in gzip:
 *
 * | key | type | |
 * |---|---|---|
 * | `Env`, `Service`, `Version`, `TracerVersion`, `Lang` | str | |
 * | `Tags`, `ProcessTags` | array of `name:value` | |
 * | `Stats` | array of buckets | |
 *
 * bucket: `Start`, `Duration` (uint64, ns), `Stats` (array of points), `Backlogs` (array of `{Tags: [str], Value:
 * int}`). point:
 *
 * | key | type | |
 * |---|---|---|
 * | `Hash`, `ParentHash` | uint64 | the eight bytes, little endian |
 * | `EdgeTags` | array of str | |
 * | `EdgeLatency`, `PathwayLatency` | bin, stats/sketch.ts | seconds |
 * | `PayloadSize` | bin, stats/sketch.ts | bytes |
 */

import { MsgpackBuffer } from '../../std/msgpack'
import { encodeSketch } from '../stats/sketch'
import type { Backlog, Point, StreamBucket } from './bucket'

/** Length of a bucket, in ms. */
export const BUCKET_MS = 10_000
const FIRST_CAPACITY = 4096

/** The sender, the same in each payload. */
export interface StreamIdentity {
  Env: string
  Service: string
  Version: string
  TracerVersion: string
  Lang: string
  Tags: readonly string[]
  ProcessTags: readonly string[]
}

/** Returns the body of a request, before gzip. */
export function encodePipelineStats(identity: StreamIdentity, buckets: readonly StreamBucket[]): Uint8Array {
  const out = new MsgpackBuffer(FIRST_CAPACITY)
  const fields = Object.entries(identity)
  out.map32(fields.length + 1)
  for (const [name, value] of fields) {
    out.string(name)
    if (typeof value === 'string') out.string(value)
    else writeTexts(out, value)
  }
  out.string('Stats')
  out.array32(buckets.length)
  for (const bucket of buckets) writeBucket(out, bucket)
  return out.slice()
}

function writeBucket(out: MsgpackBuffer, { startMs, points, backlogs }: StreamBucket): void {
  out.map32(4)
  writeNanos(out, 'Start', startMs)
  writeNanos(out, 'Duration', BUCKET_MS)
  out.string('Stats')
  out.array32(points.length)
  for (const point of points) writePoint(out, point)
  out.string('Backlogs')
  out.array32(backlogs.length)
  for (const backlog of backlogs) writeBacklog(out, backlog)
}

function writePoint(out: MsgpackBuffer, point: Point): void {
  out.map32(6)
  writeHash(out, 'Hash', point.hash)
  writeHash(out, 'ParentHash', point.parentHash)
  out.string('EdgeTags')
  writeTexts(out, point.tags)
  for (const [name, sketch] of [
    ['EdgeLatency', point.edgeLatency],
    ['PathwayLatency', point.pathwayLatency],
    ['PayloadSize', point.payloadSize],
  ] as const) {
    out.string(name)
    writeBytes(out, encodeSketch(sketch))
  }
}

function writeBacklog(out: MsgpackBuffer, { tags, offset }: Backlog): void {
  out.map32(2)
  out.string('Tags')
  writeTexts(out, tags)
  out.string('Value')
  out.number(offset)
}

function writeTexts(out: MsgpackBuffer, texts: readonly string[]): void {
  out.array32(texts.length)
  for (const text of texts) out.string(text)
}

function writeNanos(out: MsgpackBuffer, name: string, ms: number): void {
  out.string(name)
  const nanos = BigInt(ms) * 1_000_000n
  out.uint64(Number(nanos >> 32n), Number(nanos & 0xffff_ffffn))
}

function writeHash(out: MsgpackBuffer, name: string, hash: Uint8Array): void {
  out.string(name)
  const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength)
  out.uint64(view.getInt32(4, true), view.getInt32(0, true))
}

function writeBytes(out: MsgpackBuffer, bytes: Uint8Array): void {
  out.reserve(5)
  out.bytes[out.at] = 0xc6
  out.setWord(out.at + 1, bytes.length)
  out.at += 5
  out.copy(bytes)
}
