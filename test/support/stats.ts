/** Reads trace statistics as the agent does: msgpack, and sketches in the published protobuf format. */

import { Unpackr } from 'msgpackr'

export interface SeenGroup {
  Service: string
  Name: string
  Resource: string
  Type: string
  SpanKind: string
  HTTPMethod: string
  HTTPEndpoint: string
  HTTPStatusCode: number
  GRPCStatusCode: string
  srv_src: string
  Synthetics: boolean
  IsTraceRoot: number
  PeerTags?: string[]
  Hits: number
  Errors: number
  TopLevelHits: number
  Duration: bigint
  OkSummary: Uint8Array
  ErrorSummary: Uint8Array
}

export interface SeenBucket {
  Start: bigint
  Duration: bigint
  Stats: SeenGroup[]
}

export interface SeenStats {
  Sequence: number
  Lang: string
  Stats: SeenBucket[]
  [name: string]: unknown
}

const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'bigint' })

export function readStats(body: Uint8Array): SeenStats {
  return unpackr.unpack(body) as SeenStats
}

interface Store {
  contiguousBinCounts: number[]
  contiguousBinIndexOffset: number
}

export interface SeenSketch {
  mapping: { gamma: number; indexOffset: number; interpolation: number }
  positiveValues: Store
  negativeValues: Store
  zeroCount: number
}

const { DDSketch } = require('@datadog/sketches-js/dist/ddsketch/proto/compiled') as {
  DDSketch: { decode(bytes: Uint8Array): SeenSketch }
}

/** Stricter than the decoder, which forgives lengths that are a little off. */
export function readSketch(bytes: Uint8Array): SeenSketch {
  for (const { wireType, content } of fieldsOf(bytes)) if (wireType === 2) fieldsOf(content)
  return DDSketch.decode(bytes)
}

/** Fields of a protobuf message; throws unless they end where it does. */
function fieldsOf(bytes: Uint8Array): { wireType: number; content: Uint8Array }[] {
  const fields: { wireType: number; content: Uint8Array }[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      if (at >= bytes.length) throw new Error('a field is cut off')
      const byte = bytes[at++]
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const wireType = varint() & 7
    const size = wireType === 2 ? varint() : wireType === 1 ? 8 : 0
    if (wireType === 0) varint()
    fields.push({ wireType, content: bytes.subarray(at, at + size) })
    at += size
  }
  if (at !== bytes.length) throw new Error(`a field ends at ${at} of ${bytes.length}`)
  return fields
}

/**
 * Returns a quantile as the agent's library computes it (sketches-go, `LogarithmicMapping`): bin k begins at
 * γ^(k - offset), and stands for that times 1 + α, where α = 1 - 2 / (1 + γ).
 */
export function quantileOf({ mapping, positiveValues, zeroCount }: SeenSketch, quantile: number): number {
  const { gamma, indexOffset } = mapping
  const { contiguousBinCounts: counts, contiguousBinIndexOffset: first } = positiveValues
  const count = zeroCount + counts.reduce((sum, each) => sum + each, 0)
  const rank = quantile * (count - 1)
  let seen = zeroCount
  if (seen > rank) return 0
  for (const [place, each] of counts.entries()) {
    seen += each
    if (seen > rank) return gamma ** (first + place - indexOffset) * (1 + (1 - 2 / (1 + gamma)))
  }
  return Number.NaN
}

export function countOf({ positiveValues, zeroCount }: SeenSketch): number {
  return zeroCount + positiveValues.contiguousBinCounts.reduce((sum, each) => sum + each, 0)
}
