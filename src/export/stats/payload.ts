/**
 * The body of `PUT /v0.6/stats`, msgpack:
 *
 * | key | type | |
 * |---|---|---|
 * | `Hostname`, `Env`, `Version`, `Service`, `Lang`, `TracerVersion`, `RuntimeID` | str | |
 * | `Sequence` | uint | counts payloads, from 1 |
 * | `ContainerID`, `GitCommitSha`, `ProcessTags` | str | where known |
 * | `Stats` | array of buckets | |
 *
 * bucket: `Start`, `Duration` (uint64, ns), `Stats` (array of groups). group:
 *
 * | key | type | | key | type |
 * |---|---|---|---|---|
 * | `Service`, `Name`, `Resource`, `Type` | str | | `Hits`, `Errors`, `TopLevelHits` | uint |
 * | `SpanKind`, `HTTPMethod`, `HTTPEndpoint` | str | | `Duration` | uint, sum in ns |
 * | `HTTPStatusCode` | uint, 0 = none | | `OkSummary`, `ErrorSummary` | bin, sketch.ts |
 * | `GRPCStatusCode` | str of digits | | `Synthetics` | bool |
 * | `srv_src` | str, `_dd.svc_src` | | `IsTraceRoot` | 0 unknown, 1 yes, 2 no |
 * | `PeerTags` | array of `name:value` | | | |
 */

import { MsgpackBuffer } from '../../std/msgpack'
import { BUCKET_MS } from './aggregator'
import type { Bucket, Group } from './bucket'
import { grpcStatus } from './grpc-status'
import type { SpanKey } from './key'
import { encodeSketch } from './sketch'

const TWO_32 = 0x1_0000_0000
const FIRST_CAPACITY = 16 * 1024

/** The sender, the same in each payload. Empty texts are left out. */
export interface Identity {
  Hostname: string
  Env: string
  Version: string
  Service: string
  TracerVersion: string
  RuntimeID: string
  ContainerID: string
  GitCommitSha: string
  ProcessTags: string
}

/** Returns the body of a request. */
export function encodeStats(identity: Identity, sequence: number, buckets: readonly Bucket[]): Uint8Array {
  const out = new MsgpackBuffer(FIRST_CAPACITY)
  const texts = Object.entries({ ...identity, Lang: 'javascript' }).filter(([, text]) => text !== '')
  out.map32(texts.length + 2)
  for (const [name, text] of texts) writeText(out, name, text)
  writeNumber(out, 'Sequence', sequence)
  out.string('Stats')
  out.array32(buckets.length)
  for (const bucket of buckets) writeBucket(out, bucket)
  return out.slice()
}

function writeBucket(out: MsgpackBuffer, { startMs, groups }: Bucket): void {
  out.map32(3)
  out.string('Start')
  const start = BigInt(startMs) * 1_000_000n
  out.uint64(Number(start >> 32n), Number(start & 0xffff_ffffn))
  writeNumber(out, 'Duration', BUCKET_MS * 1e6)
  out.string('Stats')
  out.array32(groups.length)
  for (const group of groups) writeGroup(out, group)
}

function writeGroup(out: MsgpackBuffer, group: Group): void {
  const { key } = group
  out.map32(key.peerCount > 0 ? 19 : 18)
  writeText(out, 'Service', key.service)
  writeText(out, 'Name', key.name)
  writeText(out, 'Resource', key.resource)
  writeText(out, 'Type', key.type)
  writeText(out, 'SpanKind', key.kind)
  writeText(out, 'HTTPMethod', textOf(key.method))
  writeText(out, 'HTTPEndpoint', textOf(key.endpoint))
  writeNumber(out, 'HTTPStatusCode', statusOf(key.status))
  writeText(out, 'GRPCStatusCode', grpcStatus(key.grpc))
  writeText(out, 'srv_src', textOf(key.source))
  out.string('Synthetics')
  out.reserve(1)
  out.bytes[out.at++] = key.isSynthetics ? 0xc3 : 0xc2
  writeNumber(out, 'IsTraceRoot', key.traceRoot)
  if (key.peerCount > 0) writePeers(out, key)
  writeNumber(out, 'Hits', group.hits)
  writeNumber(out, 'Errors', group.errors)
  writeNumber(out, 'TopLevelHits', group.topLevelHits)
  out.string('Duration')
  // Always an integer, even if the sum is not a safe one any more: the agent refuses a payload with a float here.
  out.uint64(Math.floor(group.duration / TWO_32), group.duration % TWO_32)
  writeBytes(out, 'OkSummary', encodeSketch(group.ok))
  writeBytes(out, 'ErrorSummary', encodeSketch(group.error))
}

function writePeers(out: MsgpackBuffer, { peerCount, peers, peerNames, peerValues }: SpanKey): void {
  out.string('PeerTags')
  out.array32(peerCount)
  for (let index = 0; index < peerCount; index++) {
    out.string(`${peerNames[peers[index]]}:${peerValues[index]}`)
  }
}

function writeText(out: MsgpackBuffer, name: string, text: string): void {
  out.string(name)
  out.string(text)
}

function writeNumber(out: MsgpackBuffer, name: string, value: number): void {
  out.string(name)
  out.number(value)
}

function writeBytes(out: MsgpackBuffer, name: string, bytes: Uint8Array): void {
  out.string(name)
  out.reserve(5)
  out.bytes[out.at] = 0xc6
  out.setWord(out.at + 1, bytes.length)
  out.at += 5
  out.copy(bytes)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Returns a status from 100 to 599; 0 for any other value. */
function statusOf(value: unknown): number {
  const status = Number(value)
  return Number.isInteger(status) && status >= 100 && status < 600 ? status : 0
}
