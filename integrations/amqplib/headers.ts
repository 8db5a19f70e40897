/** Adds the tracer's headers to those of a message. */

import { getBaggage, type PatchTools, type Span } from '../../src/kit/index'
import type { MessageStreams } from './streams'
import type { Channel, Fields, Headers, Properties } from './types'

/** Size of the buffer into which amqplib up to 0.10 encodes a message's properties; it throws when they do not fit. */
const BUFFER_BYTES = 65_536
/** Upper bound for the bytes of all other properties: nine short texts of 255 bytes, and numbers. */
const OTHER_PROPERTIES_BYTES = 2560

/** Returns a copy of `properties` with the tracer's headers; undefined where these do not fit into the frame. */
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
  // amqplib also sends inherited headers: it derives its own object from the application's.
  for (const name in properties.headers) headers[name] = properties.headers[name]
  propagator.inject(span, getBaggage(), headers)
  streams?.sent(fields, headers, content, span)
  return bytesOfTable(headers) > roomOf(channel) ? undefined : { ...properties, headers }
}

/** Returns how many bytes headers may take: all must fit into one frame, or the server closes the connection. */
function roomOf({ connection }: Channel): number {
  const frameMax = typeof connection?.frameMax === 'number' ? connection.frameMax : BUFFER_BYTES
  return Math.min(frameMax, BUFFER_BYTES) - OTHER_PROPERTIES_BYTES
}

/** Returns an upper bound for the encoded bytes of a table (AMQP 0-9-1, 4.2.5.5). */
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
