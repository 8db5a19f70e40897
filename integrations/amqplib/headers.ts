/** Our headers in those of a message. */

import { getBaggage, type PatchTools, type Span } from '../../src/kit/index'
import type { MessageStreams } from './streams'
import type { Channel, Fields, Headers, Properties } from './types'

/** amqplib up to 0.10 encodes into a buffer of that size, and throws where it is too small. */
const BUFFER_BYTES = 65_536
/** The most that all other properties take: nine short texts of 255 bytes, and numbers. */
const OTHER_PROPERTIES_BYTES = 2560

/** A copy of `properties` with our headers; undefined where they do not fit into the frame. */
export function withHeaders(
  { propagator }: PatchTools,
  streams: MessageStreams | undefined,
  channel: Channel,
  fields: Fields,
  properties: Properties,
  content: unknown,
  span: Span,
): Properties | undefined {
  const headers: Record<string, unknown> = Object.create(null)
  // amqplib sends inherited ones too: it derives its own object from what the application gave.
  for (const name in properties.headers) headers[name] = properties.headers[name]
  propagator.inject(span, getBaggage(), headers)
  streams?.sent(fields, headers, content, span)
  return bytesOfTable(headers) > roomOf(channel) ? undefined : { ...properties, headers }
}

/** All headers of a message must fit into one frame: the server closes the connection otherwise. */
function roomOf({ connection }: Channel): number {
  const frameMax = typeof connection?.frameMax === 'number' ? connection.frameMax : BUFFER_BYTES
  return Math.min(frameMax, BUFFER_BYTES) - OTHER_PROPERTIES_BYTES
}

/** At most what the table takes when it is encoded: AMQP 0-9-1, 4.2.5.5. */
function bytesOfTable(table: Headers): number {
  let sum = 4
  for (const name in table) sum += 1 + Buffer.byteLength(name) + bytesOfValue(table[name])
  return sum
}

function bytesOfValue(value: unknown): number {
  if (typeof value === 'string') return 5 + Buffer.byteLength(value)
  if (value instanceof Uint8Array) return 5 + value.byteLength
  if (Array.isArray(value)) return value.reduce((sum, each) => sum + bytesOfValue(each), 5)
  return typeof value === 'object' && value !== null ? 5 + bytesOfTable(value as Headers) : 9
}
