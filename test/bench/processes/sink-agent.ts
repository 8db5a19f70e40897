/** Counts a payload of the agent's format v0.4, read by a foreign decoder. */

import { Unpackr } from 'msgpackr'
import { type Counts, countSpan } from './sink-counts'

interface WireSpan {
  name: string
  parent_id?: bigint | number
}

const unpackr = new Unpackr({ int64AsType: 'bigint', useRecords: false })

export function countAgentPayload(body: Buffer, counts: Counts): void {
  const chunks = unpackr.unpack(body) as WireSpan[][]
  counts.payloads++
  counts.bytes += body.length
  counts.chunks += chunks.length
  for (const chunk of chunks) for (const span of chunk) countSpan(counts, span.name, !span.parent_id)
}
